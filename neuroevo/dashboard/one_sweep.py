"""The page of a sweep as it is now: its results, or the comparison of its searches."""

from neuroevo.analysis.comparison import Comparison
from neuroevo.analysis.sweep_results import SweepResults
from neuroevo.dashboard.pages import LINKED_FROM
from neuroevo.dashboard.run_list import followed
from neuroevo.dashboard.sweep_list import OpenSweep
from neuroevo.report.comparison import comparison_page
from neuroevo.report.served import Served
from neuroevo.report.sweep import sweep_page


def page(sweep: OpenSweep) -> str:
    """Return the page of a sweep.

    Raises
    ------
    NeuroevoError
        If the sweep or one of its runs can't be read.
    """
    definition, runs = sweep.read()
    begun = [run for run in runs if run is not None]
    served = Served(
        assets=LINKED_FROM,
        name=sweep.folder.id,
        addresses=[run.address for run in begun],
        stream=f"{sweep.address}/events",
        followed=followed(begun),
        follows_new=True,
    )
    findings = [None if run is None else run.findings() for run in runs]
    results = SweepResults.of(definition, findings)
    if results.is_comparison:
        identities = [run.folder.id for run in begun]
        compared = [each for each in findings if each is not None]
        return comparison_page(Comparison.of(compared, identities), served)
    return sweep_page(results, sweep.folder.id, served)
