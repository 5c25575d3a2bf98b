import type { PushResult } from '../../sandbox/github/branch-moves.ts';
import type { SandboxWorkspace } from '../../sandbox/meltano/sandbox-workspace.ts';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { addPipelines, scriptRuns } from './chaos-pipelines.ts';
import { ForeignChecks } from './foreign-checks.ts';
import { FILE, type GateRules, listKinds, writeRules } from './gate-rules.ts';

const INSTALLATIONS = 20;
const REPOSITORIES_EACH = 10;
/** Repositories with gates, which get a part of all pushes. */
const GATED_EACH = 3;
const SHARE_GATED = 0.4;
/** Of pushes to them, those by a person who may approve. */
const SHARE_BY_MIA = 0.2;

/** The shares of workspaces that track only a directory, and of public repositories. */
const SHARE_WITH_DIRECTORY = 0.15;
const SHARE_PUBLIC = 0.1;
/** The shares of pushes that GitHub never delivers, and of those that touch no workspace's directory. */
const SHARE_UNDELIVERED = 0.02;
const SHARE_OUTSIDE = 0.2;

export interface ChaosPush extends PushResult {
  readonly repository: string;
  readonly at: number;
  readonly isDelivered: boolean;
  readonly touchesDirectory: boolean;
  /** A login. */
  readonly by: string;
}

export interface ChaosRepository {
  readonly fullName: string;
  readonly workspaces: readonly SandboxWorkspace[];
  readonly rules: GateRules | null;
}

export interface GatedRepository extends ChaosRepository {
  readonly rules: GateRules;
}

/** Hundreds of repositories whose jobs end in every way, with secrets in every log. */
export class ChaosWorld {
  readonly sandbox: Sandbox;
  readonly repositories: readonly ChaosRepository[];
  readonly gated: readonly GatedRepository[];
  /** Of other Apps. */
  readonly checks: ForeignChecks;
  /** No check that never comes is chosen after this time. */
  lastMissing = Number.POSITIVE_INFINITY;
  readonly pushes: ChaosPush[] = [];
  /** Must never leave for GitHub. */
  readonly secrets: readonly string[];
  readonly random: () => number;
  #branches = 0;

  static async open(random: () => number, seed: number): Promise<ChaosWorld> {
    return new ChaosWorld(await startSandbox({ seed, limits: { primaryPerHour: 12_500 } }), random);
  }

  constructor(sandbox: Sandbox, random: () => number) {
    this.sandbox = sandbox;
    this.random = random;
    this.secrets = [
      ...[sandbox.meltano.token, sandbox.meltano.client.secret, sandbox.github.app.webhookSecret],
      ['planted', 'passw0rd', 'one'].join('-'),
      `ghp_${'Zx3'.repeat(12)}`,
    ];
    this.gated = this.#addGated();
    this.repositories = [...this.#addRepositories(), ...this.gated];
    this.checks = new ForeignChecks(sandbox.github, random);
    this.#writeScripts();
  }

  pick<T>(choices: readonly T[]): T {
    const chosen = choices[Math.floor(this.random() * choices.length)];
    if (chosen === undefined) throw new Error('There is nothing to choose from.');
    return chosen;
  }

  push(): ChaosPush {
    const { random } = this;
    const repository = this.pick(random() < SHARE_GATED ? this.gated : this.repositories);
    const by = repository.rules && random() < SHARE_BY_MIA ? 'mia' : 'octocat';
    const isDelivered = random() >= SHARE_UNDELIVERED;
    const touchesDirectory = random() >= SHARE_OUTSIDE;
    const path = touchesDirectory ? 'pipelines/meltano.yml' : 'README.md';
    const result = this.sandbox.github.branches.push({
      repository: repository.fullName,
      files: { [path]: `${this.pushes.length} ${random()}` },
      deliver: isDelivered,
      sender: { login: by },
    });
    const { fullName } = repository;
    return this.#note({ ...result, repository: fullName, at: Date.now(), isDelivered, touchesDirectory, by });
  }

  /** Other Apps begin to check what was pushed. */
  #note(push: ChaosPush): ChaosPush {
    this.pushes.push(push);
    const { repository, after, at } = push;
    const rules = this.gated.find(({ fullName }) => fullName === repository)?.rules;
    if (rules) this.checks.begin(repository, after, rules, at < this.lastMissing);
    return push;
  }

  /** A pull request from a branch that no workspace tracks; its number. */
  openPull(repository: string): number {
    const { github } = this.sandbox;
    this.#branches += 1;
    const head = `change-${this.#branches}`;
    github.branches.push({ repository, branch: head, files: { 'README.md': `${head} ${this.random()}` } });
    return github.conversations.openPull({ repository, head, author: 'boss' }).request.number;
  }

  /** A merge is a push to the base branch. */
  merge(repository: string, number: number): void {
    const { closed: _, ...push } = this.sandbox.github.conversations.merge(repository, number, {
      sender: 'boss',
    });
    const what = { isDelivered: true, touchesDirectory: false, by: 'boss' };
    this.#note({ ...push, ...what, repository, at: Date.now() });
  }

  #addRepositories(): ChaosRepository[] {
    const { github } = this.sandbox;
    return Array.from({ length: INSTALLATIONS }, (_, number) => {
      const account = `owner-${number}`;
      github.installations.add({ account });
      return Array.from({ length: REPOSITORIES_EACH }, (_, count) =>
        this.#addRepository(`${account}/data-${count}`),
      );
    }).flat();
  }

  #addGated(): GatedRepository[] {
    const { github, meltano, repositoryUrl } = this.sandbox;
    const kinds = Array.from({ length: GATED_EACH }, () => listKinds(Date.now(), this.random)).flat();
    return kinds.map((rules, number) => {
      const account = `gated-${number % (kinds.length / GATED_EACH)}`;
      if (number < kinds.length / GATED_EACH) github.installations.add({ account });
      const fullName = `${account}/data-${number}`;
      const names = rules.isOrdered ? ['Staging', 'Production'] : ['Production'];
      const files = { 'README.md': '0', 'pipelines/meltano.yml': '0', [FILE]: writeRules(rules, names) };
      github.repositories.add({ fullName, private: true, files });
      const place = { repositoryUrl: repositoryUrl(fullName) };
      const workspaces = names.map((name) => meltano.addWorkspace({ ...place, name }));
      return { fullName, workspaces, rules };
    });
  }

  #addRepository(fullName: string): ChaosRepository {
    const { github, meltano, repositoryUrl } = this.sandbox;
    const isPublic = this.random() < SHARE_PUBLIC;
    const files = { 'README.md': '0', 'pipelines/meltano.yml': '0' };
    github.repositories.add({ fullName, private: !isPublic, files });
    const url = repositoryUrl(fullName);
    const inDirectory = this.random() < SHARE_WITH_DIRECTORY;
    const place = inDirectory ? { repositoryDirectory: 'pipelines' } : {};
    const workspaces = [meltano.addWorkspace({ name: `W ${fullName}`, repositoryUrl: url, ...place })];
    if (this.random() < 0.1) {
      workspaces.push(meltano.addWorkspace({ name: `Second of ${fullName}`, repositoryUrl: url }));
    }
    for (const workspace of workspaces) addPipelines(meltano, workspace, this.random);
    return { fullName, workspaces, rules: null };
  }

  #writeScripts(): void {
    const { random, secrets } = this;
    scriptRuns(this.sandbox.meltano, random);
    this.sandbox.meltano.script = () => {
      const length = 300 + random() * 6_000;
      const ending = random();
      return {
        queuedMs: random() * 800,
        steps: [
          { afterMs: length * 0.2, lines: ['first line', `password=${secrets[3]}`, `token ${secrets[4]}`] },
          { afterMs: length * 0.6, lines: [`Authorization: Bearer ${secrets[0]}`, `hook ${secrets[2]}`] },
          { afterMs: length * 0.7, lines: ['meltano.yml:12:3: error: mapping values are not allowed here'] },
          { afterMs: length * 0.9, lines: ['\u001b[31mlast line\u001b[0m ``` ```` </details>'] },
        ],
        endAfterMs: length,
        status: ending < 0.15 ? 'ERROR' : ending < 0.18 ? 'STOPPED' : 'COMPLETE',
      };
    };
  }
}
