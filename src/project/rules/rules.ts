import { UNKNOWN_COMMAND } from './command-rules.ts';
import {
  UNKNOWN_ACTION,
  UNKNOWN_COMPONENT,
  UNKNOWN_PROPERTY,
  UNKNOWN_UNTIL_DEPLOYED,
} from './component-rules.ts';
import { CREDENTIAL } from './credential-rules.ts';
import { INHERITANCE_CIRCLE, UNKNOWN_PARENT } from './inheritance-rules.ts';
import { NO_LOADER } from './loader-rules.ts';
import { LOCK_FILE_LEFT, NO_LOCK_FILE } from './lock-rules.ts';
import {
  EMPTY_DIRECTORY,
  INCLUDE_OUTSIDE,
  NAME_TWICE,
  NO_MANIFEST,
  NO_NAME,
  UNKNOWN_ENVIRONMENT,
} from './manifest-rules.ts';
import { BAD_PIP_URL } from './pip-rules.ts';
import type { Rule } from './rule.ts';
import {
  BAD_INTERVAL,
  BAD_NUMBER,
  BAD_SCHEDULE,
  MACRO_AS_SCHEDULE,
  NEVER_RUNS,
  NO_TIMEOUT,
} from './schedule-rules.ts';
import { JOINED_LINES, NOT_LISTED } from './script-rules.ts';
import { MISSPELT_KEY, UNKNOWN_KEY, WRONG_FORM } from './shape-rules.ts';
import { SAME_NAME, STATELESS_STORE, UNKNOWN_DATA_PLUGIN, UNKNOWN_STORE } from './store-rules.ts';
import { UNKNOWN_IN_SCHEDULE, UNKNOWN_TASK } from './task-rules.ts';
import { TRIGGER_CIRCLE, UNKNOWN_TRIGGER } from './trigger-rules.ts';
import { KEY_TWICE, UNREADABLE_YAML } from './yaml-rules.ts';

/** Every rule, in the order of the documentation. */
export const RULES: readonly Rule[] = [
  UNREADABLE_YAML,
  KEY_TWICE,
  WRONG_FORM,
  NO_MANIFEST,
  MISSPELT_KEY,
  NO_NAME,
  NAME_TWICE,
  UNKNOWN_ENVIRONMENT,
  BAD_SCHEDULE,
  BAD_INTERVAL,
  TRIGGER_CIRCLE,
  UNKNOWN_TASK,
  UNKNOWN_IN_SCHEDULE,
  INCLUDE_OUTSIDE,
  INHERITANCE_CIRCLE,
  UNKNOWN_KEY,
  UNKNOWN_COMPONENT,
  UNKNOWN_ACTION,
  UNKNOWN_COMMAND,
  UNKNOWN_PROPERTY,
  UNKNOWN_STORE,
  UNKNOWN_DATA_PLUGIN,
  UNKNOWN_TRIGGER,
  NOT_LISTED,
  NO_LOADER,
  UNKNOWN_PARENT,
  NO_LOCK_FILE,
  SAME_NAME,
  STATELESS_STORE,
  MACRO_AS_SCHEDULE,
  NEVER_RUNS,
  JOINED_LINES,
  BAD_NUMBER,
  BAD_PIP_URL,
  CREDENTIAL,
  LOCK_FILE_LEFT,
  NO_TIMEOUT,
  EMPTY_DIRECTORY,
  UNKNOWN_UNTIL_DEPLOYED,
];
