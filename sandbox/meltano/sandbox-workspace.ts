import { randomBytes, randomUUID } from 'node:crypto';
import { formatTime, linkTo } from './hal.ts';
import { plantSecret } from './planted-secrets.ts';

export interface WorkspaceInput {
  name: string;
  repositoryUrl: string;
  repositoryBranch?: string;
  repositoryDirectory?: string;
  alias?: string;
  defaultEnvironment?: string;
  status?: 'PROVISIONING' | 'READY' | 'FAILED';
  deploymentSecret?: string;
  id?: string;
}

/** A workspace of the simulated service. Tests may change its fields. */
export interface SandboxWorkspace {
  readonly id: string;
  name: string;
  alias: string;
  repositoryUrl: string;
  /** Absent or empty: the default branch. */
  repositoryBranch: string | undefined;
  repositoryDirectory: string | undefined;
  defaultEnvironment: string;
  status: 'PROVISIONING' | 'READY' | 'FAILED';
  deploymentSecret: string;
  /** A secret that nothing may ever read or print. */
  sshPrivateKey: string;
  /** Secrets too. */
  appProperties: Record<string, string>;
  /** The rights of the credentials: `read` sees the workspace, `none` gets 403 and doesn't find it in the list. */
  access: 'deploy' | 'read' | 'none';
  created: number;
}

export function createWorkspace(input: WorkspaceInput): SandboxWorkspace {
  const decoy = () => randomBytes(24).toString('base64url');
  const kind = 'OPENSSH PRIVATE KEY';
  return {
    id: input.id?.toLowerCase() ?? randomUUID(),
    name: input.name,
    alias: input.alias ?? input.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'),
    repositoryUrl: input.repositoryUrl,
    repositoryBranch: input.repositoryBranch,
    repositoryDirectory: input.repositoryDirectory,
    defaultEnvironment: input.defaultEnvironment ?? 'dev',
    status: input.status ?? 'READY',
    deploymentSecret: input.deploymentSecret ?? decoy(),
    sshPrivateKey: `-----BEGIN ${kind}-----\n${plantSecret()}\n-----END ${kind}-----`,
    appProperties: { TAP_POSTGRES_PASSWORD: plantSecret(), TARGET_SNOWFLAKE_PASSWORD: plantSecret() },
    access: 'deploy',
    created: Date.now(),
  };
}

export function representWorkspace(workspace: SandboxWorkspace): unknown {
  const { access: _access, created, ...shown } = workspace;
  const path = `/workspaces/${workspace.id}`;
  return {
    ...shown,
    created: formatTime(created, 120),
    lastModified: formatTime(created, 340),
    domains: [],
    managed: false,
    _links: {
      self: linkTo(path),
      'update workspace': linkTo(path, 'PUT'),
      'delete workspace': linkTo(path, 'DELETE'),
      jobs: linkTo(`${path}/jobs`, 'GET'),
      'deploy workspace': linkTo(`${path}/deployments`, 'POST'),
    },
  };
}
