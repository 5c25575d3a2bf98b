import type { SandboxWorkspace } from '../sandbox/meltano/sandbox-workspace.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { MELTANO_YML, PIPELINE, PIPELINE_FILE } from './page/example-project.ts';
import { addExamplePeople } from './page/people.ts';

export const CONFIGURATION_FILE = '.github/meltano-deploy.yml';

/** A repository and its workspace. */
export interface Place {
  readonly repository: string;
  readonly workspace: SandboxWorkspace;
}

/** Acts that are played at the same time use different accounts, because the app writes about once a second in each. */
export interface Places {
  readonly analytics: Place;
  readonly shop: Place;
  /** Has comments about failures. */
  readonly finance: Place;
  /** Public, with two workspaces in directories. */
  readonly openData: Place;
  /** Has GitHub Deployments. */
  readonly metrics: Place;
  /** Has a pipeline. */
  readonly marketing: Place;
  /** Each deployment sets up a pipeline, which fails. */
  readonly sales: Place;
  /** Each deployment starts a pipeline. */
  readonly support: Place;
  /** Has issues about failures. */
  readonly billing: Place;
  /** Tries transient errors again. */
  readonly returns: Place;
  /** Has the required check. */
  readonly platform: Place;
  /** Waits for the check "test". */
  readonly orders: Place;
  /** Needs approvals. */
  readonly payroll: Place;
  /** Is locked for a while. */
  readonly ledger: Place;
  /** Its account has `trigger: webhook`: see `writeAccounts`. */
  readonly warehouse: Place;
}

const START_BY_PUSH = 'hooli';

export function addPlaces(sandbox: Sandbox): Places {
  for (const account of ['acme', 'globex', 'initech', 'umbrella', 'contoso', START_BY_PUSH])
    sandbox.github.installations.add({ account });
  const add = (repository: string, name: string, configuration?: string) =>
    addPlace(sandbox, {
      repository,
      name,
      files: configuration === undefined ? {} : { [CONFIGURATION_FILE]: configuration },
    });
  return {
    analytics: add('acme/analytics', 'Analytics'),
    shop: add('globex/shop', 'Shop'),
    finance: add('initech/finance', 'Finance', 'comments:\n  on_failure: pull_request\n'),
    openData: addOpenData(sandbox),
    metrics: add(
      'globex/metrics',
      'Metrics',
      'github_deployments: true\nworkspaces:\n  - workspace: Metrics\n    environment: production\n',
    ),
    marketing: addPlace(sandbox, {
      repository: 'umbrella/marketing',
      name: 'Marketing',
      files: { [PIPELINE_FILE]: PIPELINE },
    }),
    sales: addSales(sandbox),
    support: addSupport(sandbox),
    billing: add('umbrella/billing', 'Billing', 'notify: { issue: on_failure }\n'),
    returns: add('acme/returns', 'Returns', 'deploy: { retry: { transient: 1 } }\n'),
    platform: add('umbrella/platform', 'Platform', 'checks: { gate: true }\n'),
    orders: add('acme/orders', 'Orders', 'deploy: { wait_for: [test] }\n'),
    payroll: add('globex/payroll', 'Payroll', 'workspaces: [{ workspace: Payroll, approval: {} }]\n'),
    ledger: add('contoso/ledger', 'Ledger'),
    warehouse: add(`${START_BY_PUSH}/warehouse`, 'Warehouse'),
  };
}

export const FAILING_PIPELINE_FILE = 'pipelines/facebook.yml';

function addSales(sandbox: Sandbox): Place {
  const place = addPlace(sandbox, { repository: 'acme/sales', name: 'Sales', files: {} });
  for (const name of ['orders', 'customers'])
    sandbox.meltano.addPipeline(place.workspace, { name, repositoryPath: null });
  sandbox.meltano.addPipeline(place.workspace, {
    name: 'facebook',
    repositoryPath: FAILING_PIPELINE_FILE,
    onDeploy: () => [
      { on: 'end', status: 'PROVISIONING' },
      { on: 'end', afterMs: 5_000, status: 'FAILED' },
    ],
  });
  return place;
}

export const TRIGGERED_PIPELINE_FILE = 'pipelines/tickets.yml';

function addSupport(sandbox: Sandbox): Place {
  const place = addPlace(sandbox, { repository: 'initech/support', name: 'Support', files: {} });
  const name = 'tickets';
  const repositoryPath = TRIGGERED_PIPELINE_FILE;
  sandbox.meltano.addPipeline(place.workspace, { name, repositoryPath, triggeredBy: ['deploy'] });
  return place;
}

/** The accounts file has one account, whose token is in `TOKEN_VARIABLE`. */
export const TOKEN_VARIABLE = 'HOOLI_MELTANO_TOKEN';
export function writeAccounts({ meltano }: Sandbox): string {
  const account = [`api_url: ${meltano.apiUrl}`, `token: \${${TOKEN_VARIABLE}}`, 'trigger: webhook'];
  return ['accounts:', `  ${START_BY_PUSH}:`, ...account.map((line) => `    ${line}`), ''].join('\n');
}

function addPlace(
  sandbox: Sandbox,
  { repository, name, files: others }: { repository: string; name: string; files: Record<string, string> },
): Place {
  const files = {
    'README.md': `# ${name}\n`,
    'meltano.yml': MELTANO_YML,
    ...others,
  };
  sandbox.github.repositories.add({ fullName: repository, private: true, files });
  addExamplePeople(sandbox.github, repository);
  const workspace = sandbox.meltano.addWorkspace({
    name,
    repositoryUrl: sandbox.repositoryUrl(repository),
    repositoryBranch: 'main',
    defaultEnvironment: 'prod',
  });
  return { repository, workspace };
}

/** A public repository, so its logs stay hidden. */
function addOpenData(sandbox: Sandbox): Place {
  const repository = 'globex/open-data';
  const files = {
    'README.md': '# Open data\n',
    'weather/meltano.yml': MELTANO_YML,
    'traffic/meltano.yml': MELTANO_YML,
  };
  sandbox.github.repositories.add({ fullName: repository, files });
  addExamplePeople(sandbox.github, repository);
  const addWorkspace = (name: string, repositoryDirectory: string) =>
    sandbox.meltano.addWorkspace({
      name,
      repositoryUrl: sandbox.repositoryUrl(repository),
      repositoryDirectory,
    });
  addWorkspace('Traffic', 'traffic');
  return { repository, workspace: addWorkspace('Weather', 'weather') };
}
