/**
 * The rooms of src/ in the order of a push, each with the rooms that it may import from besides itself and npm packages. The
 * command line and what builds the rooms (`app.ts`, each room's `wiring.ts`) may import from everywhere.
 */
export const ALLOWED: Record<string, readonly string[]> = {
  domain: [],
  intake: ['domain', 'commands'],
  planning: ['domain', 'config', 'project', 'reporting'],
  deploying: ['domain', 'planning', 'logs', 'reporting'],
  logs: ['domain'],
  reporting: ['domain', 'logs'],
  notifying: ['domain', 'logs', 'reporting', 'config'],
  commands: ['domain', 'planning', 'logs', 'reporting', 'project'],
  recovery: ['domain', 'intake', 'planning', 'reporting'],
  scheduling: ['domain'],
  github: ['domain', 'reporting'],
  meltano: ['domain'],
  store: ['domain'],
  project: ['domain', 'config', 'logs', 'reporting'],
  config: ['domain'],
  web: ['domain', 'intake'],
};

/** Rooms that may only be imported for types: the ports that an adapter implements, and their values. */
export const TYPES_ONLY: Record<string, readonly string[]> = {
  reporting: ['github', 'scheduling'],
  meltano: ['config'],
  store: ['planning', 'reporting', 'notifying', 'commands', 'recovery', 'web'],
  github: ['recovery', 'project'],
};
