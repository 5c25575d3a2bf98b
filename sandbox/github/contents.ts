import type { components } from '@octokit/openapi-types';
import type { ServiceAnswer } from '../http/http-service.ts';
import { ApiError, notFound } from './api-error.ts';
import type { RepositoryCall } from './api-route.ts';
import { resolveCommit } from './commit-lookup.ts';
import { blobSha } from './git-tree.ts';
import { pageUrl, repositoryUrl } from './repository-json.ts';
import type { SandboxContext } from './sandbox-context.ts';

type Schemas = components['schemas'];

/** GitHub omits the content of larger files. */
const MAX_INLINE_BYTES = 1_000_000;

interface Place {
  path: string;
  /** The requested ref, or the default branch. */
  ref: string;
}

/** Returns a file as base64 JSON or raw, and a directory as a list. */
export function fileContents(context: SandboxContext, call: RepositoryCall, asked: string): ServiceAnswer {
  const { repository, request } = call;
  const path = asked.replace(/\/+$/, '');
  const ref = request.query.get('ref') || repository.defaultBranch;
  const commit = resolveCommit(context, repository, ref);
  if (!commit) throw new ApiError(404, `No commit found for the ref ${ref}`, { blameless: true });
  const { files } = commit;
  const content = files.get(path);
  if (content === undefined) return listDirectory(context, call, files, { path, ref });
  if (/\braw\b/.test(request.headers.accept ?? '')) {
    const type = 'application/vnd.github.raw+json; charset=utf-8';
    return { status: 200, headers: { 'content-type': type }, body: content };
  }
  const size = Buffer.byteLength(content);
  const inline = size <= MAX_INLINE_BYTES;
  const body: Schemas['content-file'] = {
    ...entry(context, call, { path, ref }),
    type: 'file',
    size,
    sha: blobSha(content),
    encoding: inline ? 'base64' : 'none',
    content: inline ? toWrappedBase64(content) : '',
  };
  return { status: 200, body };
}

function listDirectory(
  context: SandboxContext,
  call: RepositoryCall,
  files: ReadonlyMap<string, string>,
  { path, ref }: Place,
): ServiceAnswer {
  const prefix = path === '' ? '' : `${path}/`;
  const children = new Map<string, string | null>();
  for (const [file, content] of files) {
    if (!file.startsWith(prefix)) continue;
    const [name = '', ...deeper] = file.slice(prefix.length).split('/');
    children.set(name, deeper.length > 0 ? null : content);
  }
  if (children.size === 0) throw notFound(true);
  const body = [...children].map(([name, content]) => ({
    ...entry(context, call, { path: `${prefix}${name}`, ref }),
    type: content === null ? 'dir' : 'file',
    size: content === null ? 0 : Buffer.byteLength(content),
    sha: blobSha(content ?? name),
  }));
  return { status: 200, body };
}

function entry(context: SandboxContext, { repository }: RepositoryCall, { path, ref }: Place) {
  const url = `${repositoryUrl(context, repository)}/contents/${path}?ref=${ref}`;
  const html = `${pageUrl(context, repository)}/blob/${ref}/${path}`;
  return {
    name: path.split('/').at(-1) ?? path,
    path,
    url,
    html_url: html,
    git_url: null,
    download_url: `${pageUrl(context, repository)}/raw/${ref}/${path}`,
    _links: { self: url, git: null, html },
  };
}

/** Base64 in lines of 60 characters, as GitHub sends it. */
function toWrappedBase64(content: string): string {
  return Buffer.from(content)
    .toString('base64')
    .replace(/.{1,60}/g, '$&\n');
}
