"""What came out, with how sure it is: Markdown, JSON and one HTML file."""

from wardround.evals.report.summary import Judged, Summary, judge, summarise
from wardround.evals.report.write import write_reports

__all__ = ["Judged", "Summary", "judge", "summarise", "write_reports"]
