"""How we know: data sets, measures, calibration, runner, report."""
