import { civilTime } from '../../../api/time.ts'

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const two = (n: number): string => String(n).padStart(2, '0')

/** `2026/01/01 00:00:00`: nginx's error log, Go's log package. */
export function slashTime(ms: number): string {
  const { year, month, day, hour, minute, second } = civilTime(ms)
  return `${year}/${two(month)}/${two(day)} ${two(hour)}:${two(minute)}:${two(second)}`
}

/** `01/Jan/2026:00:00:00 +0000`: the common log format. */
export function commonLogTime(ms: number): string {
  const { year, month, day, hour, minute, second } = civilTime(ms)
  return `${two(day)}/${MONTHS[month - 1]}/${year}:${two(hour)}:${two(minute)}:${two(second)} +0000`
}

/** `Jan 01 00:00:00`: syslog, journalctl. */
export function syslogTime(ms: number): string {
  const { month, day, hour, minute, second } = civilTime(ms)
  return `${MONTHS[month - 1]} ${two(day)} ${two(hour)}:${two(minute)}:${two(second)}`
}

/** `Thu 2026-01-01 00:00:00 UTC`: systemctl. */
export function weekdayTime(ms: number): string {
  const { year, month, day, hour, minute, second, weekday } = civilTime(ms)
  return `${DAYS[weekday]} ${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)} UTC`
}

/** `0101 00:00:00.000000`: klog. */
export function klogTime(ms: number): string {
  const { month, day, hour, minute, second } = civilTime(ms)
  const micros = String(Math.round((ms % 1000) * 1000)).padStart(6, '0')
  return `${two(month)}${two(day)} ${two(hour)}:${two(minute)}:${two(second)}.${micros}`
}

/** `Thu Jan  1 00:00:00 UTC 2026`: date(1). */
export function unixDate(ms: number): string {
  const { year, month, day, hour, minute, second, weekday } = civilTime(ms)
  return `${DAYS[weekday]} ${MONTHS[month - 1]} ${String(day).padStart(2)} ${two(hour)}:${two(minute)}:${two(second)} UTC ${year}`
}

/** `Jan` of 1. */
export function monthName(month: number): string {
  return MONTHS[month - 1] ?? ''
}

/** `Sun` of 0. */
export function weekdayName(weekday: number): string {
  return DAYS[weekday] ?? ''
}
