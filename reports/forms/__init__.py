"""The fifteen official review tables (biểu tổng hợp rà soát hộ nghèo, hộ cận nghèo) as Excel workbooks."""
