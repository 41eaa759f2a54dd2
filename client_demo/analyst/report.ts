// The shapes of `GET /v1/shows`, `/stats` and `/stats/series`. Shares are 0 to 1, money is in minor units; null means "cannot be known yet" or
// "nothing to divide by", never zero.
import type { Show } from "../sdk/wire";
import type { Mark } from "./report.generated";

export type {
  BuiltInReport,
  BuiltInSegment,
  ChurnPoint,
  ChurnReport,
  FunnelStep,
  KpiMap,
  LeftOutOfChannel,
  LifetimeReport,
  MapCell,
  MapRow,
  MapViewerPage,
  Mark,
  Prediction,
  Preview,
  ProductFigures,
  Ratio,
  ReportedShow,
  RetentionCell,
  RetentionCohort,
  RetentionPoint,
  RetentionReport,
  SegmentBody,
  SegmentPage,
  SeriesReport,
  ShowReport,
  ValueCohort,
  ViewerPage,
} from "./report.generated";

export type MarkKind = Mark["kind"];

export interface ShowPage {
  shows: Show[];
  next: string | null;
}
