import type { Deployment } from '../../domain/deployment.ts';
import { shortenSha } from './describe-deployment.ts';

/** The deployment that another one speaks of. */
export type OtherDeployment = Pick<Deployment, 'sha' | 'checkRunUrl'>;

/** How text from outside is set into a sentence: as it is in a title, as code and links in Markdown. */
export interface Wording {
  quote(text: string): string;
  person(login: string): string;
  /** A deployment, named by its commit. */
  commit(other: OtherDeployment): string;
}

/** For titles, which nobody reads as Markdown. */
export const PLAIN_WORDING: Wording = {
  quote: (text) => text,
  person: (login) => `@${login}`,
  commit: ({ sha }) => shortenSha(sha),
};
