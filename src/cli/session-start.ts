/** 2026-01-05T08:00:00Z, a Monday morning: sessions begin on the same day, so that logs and ages are the same too. */
export const START_AT = 1_767_600_000_000
