const HOURS_A_DAY = 24;
const DAYS_A_WEEK = 7;
const MONTHS_A_YEAR = 12;
const MILLISECONDS_AN_HOUR = 3_600_000;

/** A calendar feature of a date: the hour of the day, the day of the week, the month, or the day of the year. */
export type CalendarCycle = 'hour' | 'weekday' | 'month' | 'yearday';

/** Phase of a date in each cycle, in [0, 1), in UTC. */
const PHASES: Record<CalendarCycle, (date: Date) => number> = {
  hour: (date) => hourOf(date) / HOURS_A_DAY,
  weekday: (date) => date.getUTCDay() / DAYS_A_WEEK,
  month: (date) => date.getUTCMonth() / MONTHS_A_YEAR,
  yearday: (date) => {
    const [start, end] = [0, 1].map((years) => Date.UTC(date.getUTCFullYear() + years, 0));
    return (date.getTime() - start!) / (end! - start!);
  },
};

export const CALENDAR_CYCLES = Object.keys(PHASES) as CalendarCycle[];

/** Model inputs per cycle. */
export const INPUTS_A_CYCLE = 2;

function hourOf(date: Date): number {
  return (date.getTime() / MILLISECONDS_AN_HOUR) % HOURS_A_DAY;
}

/** Returns the sine and cosine of each cycle's phase, so that the end of a cycle is close to its start. */
export function calendarInputs(date: Date, cycles: readonly CalendarCycle[]): number[] {
  return cycles.flatMap((cycle) => {
    const angle = 2 * Math.PI * PHASES[cycle](date);
    return [Math.sin(angle), Math.cos(angle)];
  });
}
