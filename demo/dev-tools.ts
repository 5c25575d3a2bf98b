import { once } from 'node:events';
import { z } from 'zod';

/** One page of the browser. */
export interface BrowserPage {
  /** A command of the DevTools protocol; resolves with its result. */
  send(method: string, params?: object): Promise<unknown>;
  /** Resolves when the page has loaded. */
  load(url: string): Promise<void>;
  close(): Promise<void>;
}

export interface DevTools {
  openPage(): Promise<BrowserPage>;
  close(): void;
}

const ANSWER_LIMIT_MS = 30_000;
const message = z.object({
  id: z.number().optional(),
  method: z.string().optional(),
  sessionId: z.string().optional(),
  result: z.unknown().optional(),
  error: z.object({ message: z.string() }).optional(),
});
type Message = z.infer<typeof message>;
const target = z.object({ targetId: z.string() });
const session = z.object({ sessionId: z.string() });

/** Speaks with Chromium as its own developer tools do: commands with a number, answers with the same one, and events. */
export async function openDevTools(address: string): Promise<DevTools> {
  const socket = new WebSocket(address);
  const listeners = new Set<(received: Message) => void>();
  socket.addEventListener('message', ({ data }) => {
    const { data: received } = message.safeParse(JSON.parse(String(data)));
    if (received) for (const listen of [...listeners]) listen(received);
  });
  await once(socket, 'open');
  const waitFor = (matches: (received: Message) => boolean, what: string): Promise<Message> =>
    new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(limit);
        listeners.delete(listen);
      };
      const listen = (received: Message) => {
        if (!matches(received)) return;
        end();
        resolve(received);
      };
      const limit = setTimeout(() => {
        end();
        reject(new Error(`Chromium did not answer: ${what}`));
      }, ANSWER_LIMIT_MS);
      listeners.add(listen);
    });
  let last = 0;
  const send = async (method: string, params: object = {}, sessionId?: string): Promise<unknown> => {
    last += 1;
    const id = last;
    const answer = waitFor((received) => received.id === id, method);
    socket.send(JSON.stringify({ id, method, params, sessionId }));
    const { result, error } = await answer;
    if (error) throw new Error(`Chromium refused ${method}: ${error.message}`);
    return result;
  };
  return {
    async openPage() {
      const { targetId } = target.parse(await send('Target.createTarget', { url: 'about:blank' }));
      const attached = await send('Target.attachToTarget', { targetId, flatten: true });
      const { sessionId } = session.parse(attached);
      const sendToPage = (method: string, params?: object) => send(method, params, sessionId);
      await sendToPage('Page.enable');
      return {
        send: sendToPage,
        async load(url) {
          const loaded = waitFor(
            (received) => received.method === 'Page.loadEventFired' && received.sessionId === sessionId,
            url,
          );
          await sendToPage('Page.navigate', { url });
          await loaded;
        },
        async close() {
          await send('Target.closeTarget', { targetId });
        },
      };
    },
    close: () => socket.close(),
  };
}
