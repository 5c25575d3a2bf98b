import cronstrue from 'cronstrue';

/** Describes a schedule in words, such as `every 6 hours, UTC`; null if it can't. The time zone isn't documented. */
export function describeSchedule(text: string): string | null {
  if (/^(?:-|@\w+)?$/.test(text.trim())) return null;
  try {
    const words = cronstrue.toString(text.trim(), { use24HourTimeFormat: true });
    return `${words.charAt(0).toLowerCase()}${words.slice(1)}, UTC`;
  } catch {
    return null;
  }
}
