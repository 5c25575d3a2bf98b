import { z } from 'zod';

const installationPayload = z.object({ installation: z.object({ id: z.int() }) });

/** The installation that an event is about; null where it names none. */
export function readInstallation(payload: unknown): number | null {
  return installationPayload.safeParse(payload).data?.installation.id ?? null;
}
