import type { OctokitSource } from './octokit.ts';

/** By what the app knows its own comments. */
export interface OwnApp {
  readonly id: number;
  /** The login that its comments have. Throws when GitHub can't answer now. */
  readonly readBotLogin: () => Promise<string>;
}

/** GitHub is asked once, and only where something has to be recognised. */
export function createOwnApp(id: number, getAppOctokit: OctokitSource['getForApp']): OwnApp {
  let asked: Promise<string> | null = null;

  async function ask(): Promise<string> {
    const { data } = await (await getAppOctokit()).rest.apps.getAuthenticated();
    if (!data?.slug) throw new Error('GitHub does not say what this app is called.');
    return `${data.slug}[bot]`;
  }

  return {
    id,
    readBotLogin() {
      asked ??= ask();
      asked.catch(() => {
        asked = null;
      });
      return asked;
    },
  };
}
