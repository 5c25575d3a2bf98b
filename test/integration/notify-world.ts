import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { WorkspaceInput } from '../../sandbox/meltano/sandbox-workspace.ts';
import { NotificationReceiver, type ReceivedMessage } from '../../sandbox/receiver/notification-receiver.ts';
import { type PushOptions, World } from './world.ts';

/** The entries of `notify`, as lines of YAML in braces. */
export type Entries = (receiver: NotificationReceiver) => readonly string[];

export const JSON_ENTRY: Entries = () => [
  `{url: "\${HOOK}", format: json, secret: "\${HOOK_SECRET}", private_network: true}`,
];

/** A world whose account `acme` notifies a receiver. */
export class NotifyWorld {
  readonly world: World;
  readonly receiver: NotificationReceiver;
  readonly #directory: string;
  readonly #apiUrl: string;

  static async open(entries: Entries, workspace: Partial<WorkspaceInput> = {}): Promise<NotifyWorld> {
    const receiver = new NotificationReceiver();
    await receiver.start();
    const directory = mkdtempSync(join(tmpdir(), 'meltano-deploy-'));
    const world = await World.open({
      workspace,
      env: ({ meltano }) => {
        writeAccounts(directory, meltano.apiUrl, entries(receiver));
        return {
          ACCOUNTS_FILE: join(directory, 'accounts.yml'),
          ACME_TOKEN: meltano.token,
          HOOK: receiver.url('json'),
          SLACK_HOOK: receiver.url('slack'),
          TEAMS_HOOK: receiver.url('teams'),
          HOOK_SECRET: receiver.secret,
        };
      },
    });
    return new NotifyWorld(world, receiver, directory);
  }

  constructor(world: World, receiver: NotificationReceiver, directory: string) {
    this.world = world;
    this.receiver = receiver;
    this.#directory = directory;
    this.#apiUrl = world.meltano.apiUrl;
  }

  /** Writes the accounts file anew and lets the app read it. */
  reload(entries: Entries): void {
    writeAccounts(this.#directory, this.#apiUrl, entries(this.receiver));
    this.world.app.service.reload();
  }

  /** The metrics about notifications. */
  async readMetrics(): Promise<string[]> {
    const response = await fetch(`${this.world.app.service.url}/metrics`);
    const lines = (await response.text()).split('\n');
    return lines.filter((line) => /^meltano_deploy_(?:notifications|queue_depth.*notification)/.test(line));
  }

  /** The requests to a destination, accepted or not. */
  tries(format: ReceivedMessage['format']) {
    return this.receiver.service.exchanges.filter(({ path }) => path === `/${format}/team`);
  }

  /** A push whose job ends so. */
  async deploy(end: 'COMPLETE' | 'ERROR', options: PushOptions = {}): Promise<string> {
    const { world } = this;
    const { after } = world.push(options);
    const job = await world.job(world.meltano.jobsOf(world.workspace).length + 1);
    job.run();
    if (end === 'ERROR') job.log('ERROR: relation "orders" does not exist');
    job.end(end);
    await world.untilConcluded(after);
    return after;
  }

  /** Waits for the n-th accepted message of a destination (from 1). */
  message(number: number, format: ReceivedMessage['format'] = 'json'): Promise<ReceivedMessage> {
    return this.world.until(() => this.receiver.messages(format)[number - 1], `message ${number}`);
  }

  /** Stops everything. Fails if the receiver refused a message, or if the app's log has an address or the secret. */
  async close(): Promise<void> {
    const { world, receiver } = this;
    await world.close();
    await receiver.stop();
    expect(receiver.refusals).toEqual([]);
    const log = JSON.stringify(world.app.lines);
    for (const hidden of ['/json/', '/slack/', '/teams/', receiver.secret]) expect(log).not.toContain(hidden);
    rmSync(this.#directory, { recursive: true });
  }
}

function writeAccounts(directory: string, apiUrl: string, entries: readonly string[]): void {
  const lines = [
    'accounts:',
    '  acme:',
    `    token: \${ACME_TOKEN}`,
    `    api_url: ${apiUrl}`,
    '    notify:',
    ...entries.map((entry) => `      - ${entry}`),
  ];
  writeFileSync(join(directory, 'accounts.yml'), `${lines.join('\n')}\n`);
}

/** Runs a test in its own world. */
export async function inNotifyWorld(
  entries: Entries,
  play: (it: NotifyWorld) => Promise<void>,
  workspace: Partial<WorkspaceInput> = {},
): Promise<void> {
  const it = await NotifyWorld.open(entries, workspace);
  try {
    await play(it);
  } finally {
    await it.close();
  }
}
