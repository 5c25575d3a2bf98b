import { z } from 'zod';
import type { ApprovalRule } from '../domain/approval.ts';
import type { Freeze } from '../domain/freeze.ts';
import type { DeploySettings, WrittenSettings } from '../domain/repository-configuration.ts';
import type { WantedCheck } from '../domain/wanted-check.ts';
import type { approval } from './approval-schema.ts';
import { readDuration } from './freeze-schema.ts';
import { ACCOUNT_SETTINGS } from './repository-configuration-schema.ts';

const settingsSchema = z.strictObject(ACCOUNT_SETTINGS);

type ApprovalAsWritten = NonNullable<z.output<typeof approval>>;

type SettingsAsWritten = z.output<typeof settingsSchema>;

/** Settings for a whole repository, with the names that the code has for them. */
export function toWrittenSettings(written: SettingsAsWritten): WrittenSettings {
  const { commands, comments, notify, github_deployments: githubDeployments, gate } = written;
  return leaveOutUnset({
    deploy: toDeploySettings(written),
    commands: leaveOutUnset(commands ?? {}),
    comments: leaveOutUnset({ onFailure: comments?.on_failure }),
    notify: leaveOutUnset(notify ?? {}),
    githubDeployments,
    gate,
  });
}

export function toDeploySettings(written: SettingsAsWritten): Partial<DeploySettings> {
  return leaveOutUnset({
    onPush: written.on_push,
    paths: written.paths,
    pathsIgnore: written.paths_ignore,
    skipTokens: written.skip_tokens,
    unmatched: written.unmatched,
    ignoreSenders: written.ignore_senders,
    log: written.log,
    verify: written.verify,
    waitFor: written.wait_for?.map(toWantedCheck),
    waitForTimeout: written.wait_for_timeout,
    approval: written.approval ? toApproval(written.approval) : undefined,
    freeze: written.freeze?.map(toFreeze),
    retryTransient: written.retry?.transient,
    projectCheck: written.project,
    pipelineCheck: written.pipelines,
  });
}

function toWantedCheck(written: NonNullable<SettingsAsWritten['wait_for']>[number]): WantedCheck {
  const { name, app = null, accept = [] } = typeof written === 'string' ? { name: written } : written;
  return { name, app, accept };
}

function toApproval({ role = 'maintain', not_by: notBy }: ApprovalAsWritten): ApprovalRule {
  return { role, notBy: notBy ?? null };
}

function toFreeze(written: NonNullable<SettingsAsWritten['freeze']>[number]): Freeze {
  const { cron, timezone = 'UTC' } = written;
  return { cron, durationMs: readDuration(written.for), timezone, reason: written.reason ?? null };
}

type Written<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

/** Settings that aren't written are left out, so that the defaults decide. */
function leaveOutUnset<T extends object>(settings: T): Written<T> {
  return Object.fromEntries(
    Object.entries(settings).filter(([, value]) => value !== undefined),
  ) as Written<T>;
}
