"""Reports of a run: the workbook and the page, as the layouts in ``reports/`` say."""
