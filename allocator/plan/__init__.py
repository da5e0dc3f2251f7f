"""From columns to an audited plan: exact money, tables, reasons, run folders."""
