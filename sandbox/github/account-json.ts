import type { components } from '@octokit/openapi-types';
import type { ForeignApp } from './check-model.ts';
import { isoTime, type SandboxAccount, type SandboxInstallation } from './model.ts';
import type { SandboxContext } from './sandbox-context.ts';

type Schemas = components['schemas'];

export function apiUrl(context: SandboxContext): string {
  return `${context.origin()}/api/v3`;
}

export function accountJson(context: SandboxContext, account: SandboxAccount): Schemas['simple-user'] {
  const { login, id, type } = account;
  const url = `${apiUrl(context)}/users/${encodeURIComponent(login)}`;
  return {
    login,
    id,
    node_id: nodeId('User', id),
    avatar_url: `${context.origin()}/avatars/u/${id}`,
    gravatar_id: '',
    url,
    html_url: `${context.origin()}/${login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type,
    site_admin: false,
  };
}

export function organizationJson(context: SandboxContext, { login, id }: SandboxAccount): object {
  const url = `${apiUrl(context)}/orgs/${login}`;
  return {
    login,
    id,
    node_id: nodeId('Organization', id),
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: `${context.origin()}/avatars/u/${id}`,
    description: null,
  };
}

export function appJson(
  context: SandboxContext,
  foreign: ForeignApp | null = null,
): NonNullable<Schemas['integration']> {
  const { createdAt } = context.app;
  const { id, slug } = foreign ?? context.app;
  return {
    id,
    slug,
    client_id: `Iv23li${id}`,
    node_id: nodeId('App', id),
    owner: accountJson(context, context.state.account(`${slug}-authors`, 'Organization')),
    name: slug,
    description: null,
    external_url: 'https://example.com',
    html_url: `${context.origin()}/apps/${slug}`,
    created_at: isoTime(createdAt),
    updated_at: isoTime(createdAt),
    permissions: { ...context.permissions },
    events: [...context.events],
  };
}

export function installationJson(
  context: SandboxContext,
  installation: SandboxInstallation,
): Schemas['installation'] {
  const { id, account: login, createdAt, suspendedAt } = installation;
  const account = context.state.account(login);
  return {
    id,
    account: accountJson(context, account),
    repository_selection: 'all',
    access_tokens_url: `${apiUrl(context)}/app/installations/${id}/access_tokens`,
    repositories_url: `${apiUrl(context)}/installation/repositories`,
    html_url: `${context.origin()}/organizations/${login}/settings/installations/${id}`,
    app_id: context.app.id,
    app_slug: context.app.slug,
    target_id: account.id,
    target_type: account.type,
    permissions: { ...context.permissions },
    events: [...context.events],
    created_at: isoTime(createdAt),
    updated_at: isoTime(suspendedAt ?? createdAt),
    single_file_name: null,
    suspended_by: suspendedAt === null ? null : accountJson(context, account),
    suspended_at: suspendedAt === null ? null : isoTime(suspendedAt),
  };
}

/** Opaque and different from the id, as at GitHub. */
export function nodeId(kind: string, id: number | string): string {
  return `${kind.slice(0, 2).toUpperCase()}_${Buffer.from(`${kind}:${id}`).toString('base64url')}`;
}
