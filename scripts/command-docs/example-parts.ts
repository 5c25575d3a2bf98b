import { parseCommand } from '../../src/commands/parse-command.ts';
import type { ReplyBody, ReplyView } from '../../src/commands/replies/reply-view.ts';
import {
  type CommandRecord,
  NOTHING_WRITTEN,
  type ParsedCommand,
  type Place,
  type Refusal,
  type ShownWorkspace,
} from '../../src/domain/conversation.ts';
import type { Repository } from '../../src/domain/deployment.ts';
import { buildRepository } from '../../test/unit/domain/push-builder.ts';

/** A comment, and what the app says to it. */
export interface Example {
  readonly title: string;
  readonly view: ReplyView;
  readonly comment: string;
}

export const NOW = Date.UTC(2026, 5, 10, 7, 13, 39);
export const PROD: ShownWorkspace = {
  id: '71c0ef56-7f7e-47c1-9700-2d7e2eb5a04e',
  name: 'Analytics (prod)',
  branch: 'main',
  directory: null,
};
export const DEV: ShownWorkspace = {
  id: '9a41d0c8-2b7f-4f0e-8a53-64c1f2d9b7e0',
  name: 'Analytics (dev)',
  branch: 'dev',
  directory: 'dwh',
};
const REPOSITORY: Repository = buildRepository();
export const SHA = 'a1b2c3d4e5f60718293a4b5c6d7e8f9001122334';
export const NEWER = 'd4e5f6a7b8c90718293a4b5c6d7e8f9001122334';

export function example(title: string, comment: string, body: ReplyBody, place?: Place): Example {
  const parsed = parseCommand(comment);
  if (parsed.kind === 'none') throw new Error(`The example has no command: ${comment}`);
  return { title, comment, view: { ...PAGES, command: record(parsed, place), body } };
}

function record(parsed: ParsedCommand, place: Place = { kind: 'issue', number: 12 }): CommandRecord {
  return {
    id: 'example',
    installationId: 1,
    repositoryId: 2,
    account: 'environment',
    place,
    commentId: 29,
    actor: 'ana',
    parsed,
    askedAt: NOW,
    receivedAt: NOW,
    answer: { kind: 'help', level: 'push' },
    ...NOTHING_WRITTEN,
  };
}

const PAGES = {
  repository: REPOSITORY,
  githubUrl: 'https://github.com',
  workspaceUrl: (id: string) => `https://app.meltano.com/workspaces/${id}`,
};

export function refused(refusal: Refusal): ReplyBody {
  return { kind: 'refused', refusal };
}
