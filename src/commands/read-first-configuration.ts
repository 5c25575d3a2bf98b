import type { ConfigurationInUse, Configurations } from '../domain/configuration-in-use.ts';
import type { Repository } from '../domain/deployment.ts';
import type { Workspace } from '../domain/workspace.ts';
import type { ReadsOfOneCommand } from './reads-of-one-command.ts';

export interface FirstReadPorts {
  readonly reads: ReadsOfOneCommand;
  readonly configurations: Pick<Configurations, 'current'>;
}

/**
 * The configuration where none is kept yet. The head that it is read at is asked for together with those of `branches`,
 * which are wanted afterwards. Throws when GitHub can't answer now.
 */
export async function readFirstConfiguration(
  look: { readonly repository: Repository; readonly workspaces: readonly Workspace[] },
  findBranches: () => Promise<readonly string[]>,
  { reads, configurations }: FirstReadPorts,
): Promise<ConfigurationInUse> {
  const { repository } = look;
  const { defaultBranch } = repository;
  reads.leaveConfigurationToRead(defaultBranch);
  const heads = await reads.readHeads(repository, [defaultBranch, ...(await findBranches())]);
  return configurations.current({ ...look, head: heads.get(defaultBranch) ?? null });
}
