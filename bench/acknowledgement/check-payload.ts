import { type Payload, webhookExample } from '../../sandbox/github/webhook-examples.ts';
import type { PreparedRepository } from '../world/world-messages.ts';
import { type SignedBody, sign } from './push-payload.ts';

/** Makes check suites of another App from GitHub's example; each is about another commit. */
export function createCheckSigner(
  secret: string,
  { id, owner: login, name, installationId }: PreparedRepository,
  action: string,
): () => SignedBody {
  const payload = webhookExample('check_suite', 'completed');
  const repository = payload['repository'] as Payload;
  const suite = payload['check_suite'] as Payload;
  let count = 0;
  return () => {
    count += 1;
    const body = JSON.stringify({
      ...payload,
      action,
      check_suite: { ...suite, head_sha: count.toString(16).padStart(40, 'b') },
      repository: { ...repository, id, name, full_name: `${login}/${name}` },
      installation: { id: installationId },
    });
    return sign(secret, body);
  };
}
