/** The data of day 1 lie between T0 and T1, the changes of day 2 between T1 and T2. Milliseconds. */
export const DAY = 86_400_000;
export const T0 = Date.UTC(2023, 0, 1);
export const T1 = Date.UTC(2026, 0, 1);
export const T2 = T1 + DAY;
