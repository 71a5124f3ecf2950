"""Standard errors of survey.csv by another program: `uv run --with samplics==0.6.1 python` and this file."""

import json
from pathlib import Path

import pandas as pd
from samplics.estimation import TaylorEstimator
from samplics.utils.types import PopParam

FOLDER = Path(__file__).parent
INDICATORS, CUTOFF = ["a", "b", "c", "d"], 2  # of four that weigh the same
DESIGNS = {
    "cluster and stratum": ("psu", "stratum"),
    "cluster": ("psu", None),
    "stratum": (None, "stratum"),
    "none": (None, None),
}


def estimates(frame: pd.DataFrame, cluster: str | None, stratum: str | None) -> dict[str, float]:
    """Standard errors by measure, indicator and region, of all regions and of each."""
    count = frame[INDICATORS].sum(axis=1)
    poor = (count >= CUTOFF).astype(float)
    one = pd.Series(1.0, index=frame.index)
    ratios = {
        "headcount_ratio,": (poor, one),
        "intensity,": (poor * count / 4, poor),
        "adjusted_headcount_ratio,": (poor * count / 4, one),
        "vulnerable_ratio,": (((count >= 1) & (count < CUTOFF)).astype(float), one),
        "severe_ratio,": ((count >= 2).astype(float), one),
    }
    for indicator in INDICATORS:
        ratios[f"uncensored_headcount_ratio,{indicator}"] = (frame[indicator].astype(float), one)
        ratios[f"censored_headcount_ratio,{indicator}"] = (poor * frame[indicator], one)
        ratios[f"relative_contribution,{indicator}"] = (poor * frame[indicator] / 4, poor * count / 4)
    found = {}
    for name, (numerator, denominator) in ratios.items():
        for domain in (None, "region"):
            estimator = TaylorEstimator(PopParam.ratio)
            estimator.estimate(
                y=numerator.to_numpy(),
                x=denominator.to_numpy(),
                samp_weight=frame["w"].to_numpy(),
                stratum=frame[stratum].to_numpy() if stratum else None,
                psu=frame[cluster].to_numpy() if cluster else None,
                domain=frame[domain].to_numpy() if domain else None,
            )
            errors = estimator.stderror if isinstance(estimator.stderror, dict) else {"": estimator.stderror}
            for group, error in errors.items():
                found[f"{group},{name}"] = float(error)
    return found


if __name__ == "__main__":
    survey = pd.read_csv(FOLDER / "survey.csv")
    table = {name: estimates(survey, *design) for name, design in DESIGNS.items()}
    (FOLDER / "survey_standard_errors.json").write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
