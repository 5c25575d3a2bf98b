import { createHmac, randomBytes } from 'node:crypto';
import { type Payload, webhookExample } from '../../sandbox/github/webhook-examples.ts';
import type { PreparedRepository } from '../world/world-messages.ts';

const COMMITS = 20;
/** A placeholder for the commit before a push. */
const BEFORE = 'BEFORE';

export interface SignedBody {
  readonly body: string;
  readonly signature: string;
}

/**
 * Makes pushes to the repository from GitHub's example, with 20 commits of a few files. Each has another commit before it,
 * so that no two are the same push.
 */
export function createPushSigner(secret: string, repository: PreparedRepository): () => SignedBody {
  const [beginning = '', end = ''] = describePush(repository).split(BEFORE);
  return () => sign(secret, `${beginning}${randomBytes(20).toString('hex')}${end}`);
}

export function sign(secret: string, body: string): SignedBody {
  return { body, signature: `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` };
}

function describePush({ id, owner: login, name, head, installationId }: PreparedRepository): string {
  const payload = webhookExample('push');
  const sha = (index: number) =>
    index === COMMITS - 1 ? head : (id * 1000 + index + 1).toString(16).padStart(40, 'a');
  const commits = Array.from({ length: COMMITS }, (_, index) => describeCommit(sha(index), index));
  const repository = payload['repository'] as Payload;
  const owner = repository['owner'] as Payload;
  return JSON.stringify({
    ...payload,
    ref: 'refs/heads/main',
    before: BEFORE,
    after: sha(COMMITS - 1),
    deleted: false,
    created: false,
    forced: false,
    commits,
    head_commit: commits.at(-1),
    repository: {
      ...repository,
      id,
      name,
      full_name: `${login}/${name}`,
      private: true,
      default_branch: 'main',
      owner: { ...owner, login, name: login },
      pushed_at: Math.floor(Date.now() / 1000),
    },
    installation: { id: installationId, node_id: 'MDIzOkludGVncmF0aW9uSW5zdGFsbGF0aW9uMQ==' },
  });
}

function describeCommit(id: string, index: number): Payload {
  const person = { name: 'Ana Lima', email: 'ana@example.com', username: 'ana' };
  const folder = `transform/models/staging/source_${index}`;
  return {
    id,
    tree_id: id,
    distinct: true,
    timestamp: '2026-03-04T10:12:13+01:00',
    message: `Load the orders of source ${index} by day\n\nThe full load took longer than the schedule allows.`,
    url: `https://github.com/acme/data/commit/${id}`,
    author: person,
    committer: person,
    removed: [],
    added: [`${folder}/stg_orders.sql`, `${folder}/stg_customers.sql`],
    modified: ['meltano.yml', `${folder}/schema.yml`],
  };
}
