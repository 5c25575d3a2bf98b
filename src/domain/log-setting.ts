/** When check runs show the log: `live` while the job runs, `final` after its end, `none` never. */
export type LogMode = 'live' | 'final' | 'none';

/** What is set for a workspace. Null and `final_if_private`: `live` or `final` in a private repository, `none` in a public one. */
export type LogSetting = LogMode | 'final_if_private' | null;

const MODES: readonly LogMode[] = ['none', 'final', 'live'];

/** The same setting in two parts: the mode, and whether it also holds in a public repository. */
interface Parts {
  readonly mode: LogMode;
  readonly isPublic: boolean;
}

/** Hides logs in a public repository by default, where everyone can see check runs. */
export function chooseLogMode({ log }: { readonly log: LogSetting }, isPrivate: boolean): LogMode {
  const { mode, isPublic } = split(log);
  return isPrivate || isPublic ? mode : 'none';
}

/** Shows the log wherever both show it, and no earlier. */
export function chooseStricterLog(one: LogSetting, other: LogSetting): LogSetting {
  const [a, b] = [split(one), split(other)];
  const mode = MODES.indexOf(a.mode) < MODES.indexOf(b.mode) ? a.mode : b.mode;
  return join({ mode, isPublic: a.isPublic && b.isPublic });
}

/** A default shows nothing in a public repository: its own file has to ask for it. */
export function hidePublicly(mode: LogMode): LogSetting {
  return join({ mode, isPublic: false });
}

export function isHiddenPublicly(log: LogSetting): boolean {
  return !split(log).isPublic;
}

function split(log: LogSetting): Parts {
  if (log === null) return { mode: 'live', isPublic: false };
  if (log === 'final_if_private') return { mode: 'final', isPublic: false };
  return { mode: log, isPublic: true };
}

function join({ mode, isPublic }: Parts): LogSetting {
  if (mode === 'none' || isPublic) return mode;
  return mode === 'live' ? null : 'final_if_private';
}
