import { REDACTED } from './redact.ts';

/** `name=value`, as structured lines and commands have it. */
const FIELD = /(?<![\w.-])([\w.-]{1,80}=)("[^"]*"|'[^']*'|\S+)/g;
/** `tap-name.setting: value`, as Meltano names the setting of a plugin. */
const SETTING = /(?<![\w.-])((?:tap|target|mapper)-[\w-]{1,80}\.[\w.-]{1,80}["']? ?: ?)\S.*$/;

/** Hides the values of settings in an error of a verification: any of them may be a secret, whatever its name is. */
export function hideSettings(error: string): string {
  return error.replace(FIELD, `$1${REDACTED}`).replace(SETTING, `$1${REDACTED}`);
}
