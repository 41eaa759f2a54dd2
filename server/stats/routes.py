"""The figures over HTTP: for analysts, hosts and admins of the show's own channel."""

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from server import security
from server.access.dependencies import ShowId, StatsReaderOfShow
from server.db.engine import Database
from server.http.guard import is_head
from server.http.made_once import made_once
from server.http.refusals import TO_PERMITTED, refusals
from server.protocol.codes import Code
from server.stats.definitions import REPEAT_DAYS, REPEAT_DAYS_MAX
from server.stats.export import ExportOf, csv_chunks
from server.stats.joint import JointReport, report_joint
from server.stats.report import ShowReport
from server.stats.series_report import SeriesReport
from server.stats.service import Reports
from server.zones import ZONE_CHARACTERS_MAX, find_zone

STEP_SECONDS_MAX = 3_600


TheReports = Annotated[Reports, Depends(made_once("reports", Reports))]


def router() -> APIRouter:
    """Return the routes of the figures."""
    refused = refusals(*TO_PERMITTED, Code.NOT_FOUND)
    api = APIRouter(prefix="/v1/shows/{show}", tags=["figures"], responses=refused)
    api.add_api_route("/stats", show_report, methods=["GET"], summary="The report of a show")
    api.add_api_route(
        "/stats/series", show_series, methods=["GET"], summary="The figures of a show over time"
    )
    api.add_api_route(
        "/stats/joint",
        show_joint,
        methods=["GET"],
        summary="The figures of shows that are held as one",
    )
    api.add_api_route(
        "/export.csv",
        export_rows,
        methods=["GET"],
        summary="Rows of a show as CSV",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
    )
    return api


async def show_report(
    show: ShowId,
    reader: StatsReaderOfShow,
    reports: TheReports,
    days: Annotated[int, Query(ge=1, le=REPEAT_DAYS_MAX, description="W, the repeat window.")] = REPEAT_DAYS,
) -> ShowReport:
    """Every figure is defined in `docs/figures.md`. While the show runs, or its last facts are still being written, it is `provisional`."""
    return await reports.report(show, repeat_days=days)


async def show_series(
    show: ShowId,
    reader: StatsReaderOfShow,
    reports: TheReports,
    step: Annotated[int, Query(ge=1, le=STEP_SECONDS_MAX, description="Seconds per row.")] = 10,
) -> SeriesReport:
    """Columns of equal length, and marks for what the host's side did. A long show is answered with a wider step."""
    return await reports.series(show, step_seconds=step)


async def show_joint(
    show: ShowId, reader: StatsReaderOfShow, reports: TheReports, request: Request
) -> JointReport:
    """Each channel's own figures side by side, and what they come to together; of a show that is held by itself its own."""
    return await report_joint(reports, cast("Database", request.app.state.database), show)


async def export_rows(
    show: ShowId,
    reader: StatsReaderOfShow,
    reports: TheReports,
    request: Request,
    *,
    of: ExportOf = "viewers",
    bom: Annotated[bool, Query(description="Begin with a byte order mark, for spreadsheets.")] = False,
    tz: Annotated[
        str, Query(max_length=ZONE_CHARACTERS_MAX, description="An IANA time zone: times have its offset.")
    ] = "UTC",
) -> StreamingResponse:
    """UTF-8, CRLF, one header line; texts that a spreadsheet would take for a formula begin with an apostrophe.

    Times are RFC 3339 with the offset of the zone at that moment, `Z` for UTC.
    """
    zone = find_zone(tz)
    headers = {"Content-Disposition": f'attachment; filename="{show}-{of}.csv"', "Cache-Control": "no-store"}
    if is_head(request.scope):  # the head is the same whatever the rows are
        return StreamingResponse(iter(()), media_type="text/csv", headers=headers)
    security.note("exported", id=reader.id, address=request.client.host if request.client else "")
    table = await reports.table(show, of)
    return StreamingResponse(csv_chunks(table, bom=bom, zone=zone), media_type="text/csv", headers=headers)
