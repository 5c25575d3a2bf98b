import type { Deployment } from '../../domain/deployment.ts';
import type { ReadPipelines, ShownPipeline } from '../../domain/judge-pipelines.ts';
import { shortenSha } from './describe-deployment.ts';
import { formatCount, formatDuration } from './format-numbers.ts';

/** How many names one sentence has. A title is cut at 255 characters, a GitHub Deployment's description at 140. */
const MOST_NAMES = 10;

export const ON_SECOND_TRY = ' on the 2nd try';

interface Quoting {
  quote(text: string): string;
}

/** Describes the end of a deployment with a complete job by the states of the pipelines. */
export function describeDeployed(deployment: Deployment, run: number | null, wording: Quoting): string {
  const { pipelines, firstTry, ungated, deployedSha } = deployment;
  const took = run === null ? '' : ` in ${formatDuration(run)}`;
  const duration = ungated === null ? took : ` ${shortenSha(deployedSha ?? '')}, ${wording.quote(ungated)}`;
  const deployed = `Deployed${duration}${firstTry === null ? '' : ON_SECOND_TRY}`;
  if (pipelines?.kind !== 'read') return deployed;
  const { counted, failed } = pipelines;
  if (failed.length > 0) {
    return `Deployed, but ${countOf(failed, counted)} failed: ${listNames(failed, ({ name }) => wording.quote(name))}`;
  }
  const notReady = describeNotReady(pipelines, wording);
  if (notReady.length > 0) return `Deployed; ${notReady.join('; ')}`;
  return counted === 0 ? deployed : `${deployed}: ${countPipelines(counted)} ready`;
}

function describeNotReady(pipelines: ReadPipelines, wording: Quoting): string[] {
  const { counted, failedBefore, settingUp, unknown, unlisted } = pipelines;
  const quote = ({ name }: ShownPipeline) => wording.quote(name);
  const withStatus = (one: ShownPipeline) => `${quote(one)} (${wording.quote(one.status)})`;
  return [
    settingUp.length > 0 && `${countOf(settingUp, counted)} ${areOrIs(settingUp)} still being set up`,
    failedBefore.length > 0 &&
      `${countPipelines(failedBefore.length)} ${failedBefore.length === 1 ? 'was' : 'were'} failing before: ${listNames(failedBefore, quote)}`,
    unknown.length > 0 &&
      `${countOf(unknown, counted)} ${areOrIs(unknown)} not ready: ${listNames(unknown, withStatus)}`,
    unlisted > 0 && `${countPipelines(unlisted)} ${unlisted === 1 ? 'was' : 'were'} not listed`,
  ].filter((text) => text !== false);
}

/** Says what a deployment with a complete job waits for. */
export function describeSettling({ pipelines }: Deployment, run: number | null): string {
  const deployed = run === null ? 'Deployed' : `Deployed in ${formatDuration(run)}`;
  if (pipelines?.kind !== 'read') return `${deployed}; checking the pipelines`;
  const { counted, settingUp } = pipelines;
  return `${deployed}; waiting for ${countOf(settingUp, counted)} to be set up`;
}

/** `1 of 9 pipelines`. */
export function countOf(some: readonly unknown[], all: number): string {
  return `${formatCount(some.length)} of ${countPipelines(all)}`;
}

function countPipelines(count: number): string {
  return count === 1 ? '1 pipeline' : `${formatCount(count)} pipelines`;
}

function areOrIs(pipelines: readonly unknown[]): string {
  return pipelines.length === 1 ? 'is' : 'are';
}

function listNames(pipelines: readonly ShownPipeline[], name: (one: ShownPipeline) => string): string {
  const names = pipelines.slice(0, MOST_NAMES).map(name);
  const more = pipelines.length - names.length;
  return `${names.join(', ')}${more > 0 ? ` and ${formatCount(more)} more` : ''}`;
}
