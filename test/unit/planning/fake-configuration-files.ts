import type { ConfigurationFile, ConfigurationFiles } from '../../../src/domain/configuration-in-use.ts';
import type { Repository } from '../../../src/domain/deployment.ts';

const FILE = '.github/meltano-deploy.yml';

/** The configuration file of one repository; none until a test puts one there. */
export class FakeConfigurationFiles implements Pick<ConfigurationFiles, 'read' | 'isChangedBy'> {
  /** By commit; null for a commit that GitHub doesn't know. */
  readonly at = new Map<string, ConfigurationFile | string | null>();
  /** At every other commit. */
  everywhere: ConfigurationFile | string = { kind: 'none' };
  /** The commits that were read. */
  readonly reads: string[] = [];

  /** Pull requests that change the file. */
  readonly changedBy = new Set<number>();

  async isChangedBy(_: Repository, pullRequest: number): Promise<boolean> {
    return this.changedBy.has(pullRequest);
  }

  async read(_: Repository, sha: string, known: string | null): Promise<ConfigurationFile> {
    this.reads.push(sha);
    const found = this.at.get(sha);
    if (found === null) return { kind: 'no_commit' };
    const file = found ?? this.everywhere;
    if (typeof file !== 'string') return file;
    if (file === known) return { kind: 'unchanged', file: FILE };
    return { kind: 'text', file: FILE, content: file, text: file };
  }
}
