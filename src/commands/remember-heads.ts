import type { CommandReads } from '../domain/conversation.ts';

/** The same reads, with each branch's head read once: all that one command asks for. */
export function rememberHeads(reads: CommandReads): CommandReads {
  const heads = new Map<string, Promise<string | null>>();
  return {
    ...reads,
    readHead(repository, branch) {
      const head = heads.get(branch) ?? reads.readHead(repository, branch);
      heads.set(branch, head);
      return head;
    },
  };
}
