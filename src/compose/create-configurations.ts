import { setTimeout as sleep } from 'node:timers/promises';
import { readRepositoryConfiguration } from '../config/repository-configuration-file.ts';
import type {
  ConfigurationFiles,
  Configurations,
  ReadConfiguration,
} from '../domain/configuration-in-use.ts';
import type { TreeReader } from '../domain/git-tree.ts';
import type { InstallationReader } from '../domain/installation-reader.ts';
import { createConfigurationFiles } from '../github/configuration-files.ts';
import type { GetOctokit } from '../github/octokit.ts';
import { createConfigurations } from '../planning/keep-configuration.ts';
import type { Foundation } from './foundation.ts';

export interface ConfigurationReading {
  readonly files: ConfigurationFiles;
  readonly configurations: Configurations;
  readonly readConfiguration: ReadConfiguration;
}

export interface ConfigurationReaders {
  readonly getOctokit: GetOctokit;
  readonly heads: Pick<InstallationReader, 'readHead'>;
  readonly trees: TreeReader;
}

/** What repositories say about their deployments. */
export function readConfigurations(
  { stores, budgets, clock }: Foundation,
  { getOctokit, heads, trees }: ConfigurationReaders,
): ConfigurationReading {
  const files = createConfigurationFiles({
    getOctokit,
    sleep,
    // Two requests at the most for a push to the default branch, without which nobody knows whether it is deployed.
    mayAsk: (installationId) => budgets.of(installationId).allowsAt('create', clock.elapsed()) === 0,
  });
  const readConfiguration: ReadConfiguration = (text, workspaces) =>
    readRepositoryConfiguration(text, { workspaces });
  const configurations = createConfigurations({
    files,
    heads,
    trees,
    store: stores,
    read: readConfiguration,
  });
  return { files, configurations, readConfiguration };
}
