import type { OtherDeployment } from './check-run-view.ts';
import { shortenSha } from './describe-deployment.ts';

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
