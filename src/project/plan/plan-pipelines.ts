import { foldLoosely } from '../../domain/fold-name.ts';
import type { Pipeline, Project } from '../model.ts';
import type { NameIndex } from '../name-index.ts';
import type { Text } from '../yaml-file.ts';
import { diffOtherKeys, diffText, diffTexts } from './details.ts';
import { changeOf, type Pair, pairBy } from './pair-named.ts';
import type { PlanDetail, PlanItem, Step } from './plan-model.ts';

const SHOWN = [
  'name',
  'label',
  'schedule',
  'timeout',
  'max_retries',
  'data_components',
  'actions',
  'triggered_by',
];

export function planPipelines(step: Step): PlanItem[] {
  if (step.areFoldersUnknown) return [];
  const list = (project: Project | null) =>
    project?.pipelines.filter(({ path }) => !step.unreadable.has(path)) ?? [];
  const pairs = pairMoved(pairBy(list(step.before), list(step.after), ({ path }) => path));
  // Most files of a large project stay the same.
  const isSame = ({ before, after }: Pair<Pipeline>) =>
    before !== null && before.path === after?.path && !step.changed.has(before.path);
  return pairs.flatMap((pair) => (isSame(pair) ? [] : planPipeline(step, pair)));
}

function planPipeline(step: Step, pair: Pair<Pipeline>): PlanItem[] {
  const { before, after } = pair;
  const isRenamed = before !== null && after !== null && stateName(before) !== stateName(after);
  const details = listDetails(before, after);
  if (before !== null && after !== null && !isRenamed && details.length === 0) return [];
  return [
    {
      subject: 'pipeline',
      name: showName(before ?? after),
      change: isRenamed ? 'renamed' : changeOf(pair),
      warning: findWarning(step, pair, isRenamed),
      details: after === null ? [] : details,
      files: [before, after].flatMap((one) => one?.path ?? []),
    },
  ];
}

function listDetails(before: Pipeline | null, after: Pipeline | null): PlanDetail[] {
  return [
    ...(before !== null && nameOf(before) !== nameOf(after) ? diffName(before, after) : []),
    ...diffText('schedule', before?.schedule, after?.schedule),
    ...diffTexts('components', before?.components ?? [], after?.components ?? []),
    ...diffTexts('actions', showActions(before), showActions(after)),
    ...diffTexts('triggers', before?.triggeredBy ?? [], after?.triggeredBy ?? []),
    ...diffText('time-out', before?.timeout, after?.timeout),
    ...diffText('retries', textOf(before, 'max_retries'), textOf(after, 'max_retries')),
    ...diffOtherKeys(before?.node ?? null, after?.node ?? null, SHOWN),
  ];
}

function diffName(before: Pipeline, after: Pipeline | null): PlanDetail[] {
  return [
    {
      kind: 'value',
      label: 'name',
      before: showName(before),
      after: showName(after),
    },
  ];
}

function findWarning({ names }: Step, pair: Pair<Pipeline>, isRenamed: boolean): string | null {
  if (pair.after === null) return 'its runs stop';
  if (pair.before === null || names.before === null) return null;
  if (isRenamed) return 'its state is kept by name';
  if (hasSchedule(pair.before) && !hasSchedule(pair.after)) return 'it loses its schedule';
  const [old, young] = [findTargets(names.before, pair.before), findTargets(names.after, pair.after)];
  const isExchanged = old.some((one) => !young.includes(one)) && young.some((one) => !old.includes(one));
  return isExchanged ? 'what it loads into is exchanged' : null;
}

/** Pairs a removed pipeline with an added one of the same name, or else with the same components. */
function pairMoved(pairs: readonly Pair<Pipeline>[]): Pair<Pipeline>[] {
  const moved = new Map<Pipeline, Pipeline>();
  for (const keyOf of [nameKey, componentsKey]) {
    const taken = new Set(moved.values());
    const fresh = pairs.flatMap(({ before, after }) =>
      before === null && after && !taken.has(after) ? after : [],
    );
    const byKey = Map.groupBy(fresh, keyOf);
    for (const { before, after } of pairs) {
      if (before === null || after !== null || moved.has(before)) continue;
      const key = keyOf(before);
      const found = key === '' ? undefined : byKey.get(key)?.shift();
      if (found) moved.set(before, found);
    }
  }
  const taken = new Set([...moved.keys(), ...moved.values()]);
  return [
    ...pairs.filter(({ before, after }) => ![before, after].some((one) => one !== null && taken.has(one))),
    ...Array.from(moved, ([before, after]) => ({ key: before.path, before, after })),
  ];
}

function nameKey(pipeline: Pipeline): string {
  return foldLoosely(nameOf(pipeline));
}

function componentsKey({ components }: Pipeline): string {
  return components.map(({ text }) => text).join('\n');
}

/** The data stores and loaders of a pipeline. */
function findTargets(names: NameIndex, { components }: Pipeline): string[] {
  const isTarget = ({ text }: Text) => {
    const found = names.findComponent(text);
    if (found?.kind === 'plugin') return found.plugins.some(({ type }) => type === 'loaders');
    return found !== null || !names.isMeantAsPlugin(text);
  };
  return components.filter(isTarget).map(({ text }) => text);
}

/** Hides commands, since an action may be a command with secret arguments. */
function showActions(pipeline: Pipeline | null): Text[] {
  const actions = pipeline?.actions ?? [];
  return actions.map((action) =>
    /^[\w.@/:-]+$/.test(action.text) ? action : { ...action, text: 'a command' },
  );
}

/** The name under which Meltano Cloud keeps the pipeline's state. */
function stateName({ name, stem }: Pipeline): string {
  return name?.text ?? stem;
}

function nameOf(pipeline: Pipeline | null): string {
  return pipeline?.label?.text ?? pipeline?.name?.text ?? pipeline?.stem ?? '';
}

/** Falls back to the file's name for a text of several lines. */
function showName(pipeline: Pipeline | null): string {
  const text = pipeline?.label ?? pipeline?.name;
  return text?.isOneLine === false ? (pipeline?.stem ?? '') : nameOf(pipeline);
}

function hasSchedule({ schedule }: Pipeline): boolean {
  return schedule !== null && schedule.text.trim() !== '-';
}

function textOf(pipeline: Pipeline | null, key: string): Text | null {
  return pipeline?.node.get(key).toText() ?? null;
}
