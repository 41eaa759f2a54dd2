// Targets and actions as the server tells them, and where they are.

export type Kind = "count" | "share" | "seconds" | "decimal" | "money" | "score";
export type Direction = "at_least" | "at_most";
export type Verdict = "reached" | "missed" | "ahead" | "behind" | "unknown";
export type State = "open" | "done" | "dropped";

export interface PlannedShow {
  id: string;
  title: string;
  state: string;
  starts_at: string | null;
  started_at: string | null;
  ended_at: string | null;
}

export interface Target {
  metric: string;
  kind: Kind;
  direction: Direction;
  amount: number;
  currency: string | null;
  set_at: string;
  after_start: boolean;
  actual: { amount: number | null; provisional?: boolean; part?: number | null; whole?: number | null } | null;
  difference: number | null;
  verdict: Verdict;
}

export interface Targets {
  show: PlannedShow;
  version: number;
  as_of: string;
  provisional: boolean;
  currency: string;
  targets: Target[];
}

export interface Suggestion {
  metric: string;
  kind: Kind;
  direction: Direction;
  currency: string | null;
  mean: number | null;
  median: number | null;
  n: number;
}

export interface Suggestions {
  currency: string;
  shows: PlannedShow[];
  suggestions: Suggestion[];
}

export interface Action {
  id: string;
  text: string;
  owner: { id: string | null; name: string | null; former: boolean } | null;
  due_on: string | null;
  overdue: boolean;
  state: State;
  show: { id: string; title: string; at: string | null } | null;
  created_at: string;
  closed_at: string | null;
  version: number;
}

export interface ShowActions {
  written: Action[];
  carried: Action[];
}

export interface Due {
  as_of: string;
  next_shows: { show: PlannedShow; targets: number; carried: number }[];
  actions: Action[];
  open_actions: number;
  settling: { show: PlannedShow; figure: string; at: string }[];
  last_show: {
    show: PlannedShow;
    provisional: boolean;
    reached: number;
    missed: number;
    open: number;
    targets: Target[];
  } | null;
}

export interface Person {
  id: string;
  name: string;
}

export function pathOf(show: string, rest: string): string {
  return `/shows/${encodeURIComponent(show)}/${rest}`;
}
