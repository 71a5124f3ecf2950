"""The codes of the simulation: classes, relations and reasons as small integers, with their names in the form maps.

What belongs here: constants that several modules share. What does not: labels in cells, which are form data.
"""

NOT_LISTED, POOR, NEAR_POOR, AVERAGE, NON_POOR, LEFT_LIST = range(6)
CLASS_NAMES = ("not_listed", "poor", "near_poor", "average", "non_poor", "left_list")

HEAD, SPOUSE, CHILD, PARENT, GRANDCHILD, OTHER = range(6)
RELATION_NAMES = ("head", "spouse", "child", "parent", "grandchild", "other")

MALE, FEMALE = range(2)
SEX_NAMES = ("male", "female")

NO_ARRIVAL, MOVED_IN, SPLIT_OFF, MOVED_INSIDE = range(4)

NO_EXIT, MOVED_OUT, MERGED, DISSOLVED = range(4)
EXIT_NAMES = (None, "moved_out", "merged_into_another", "dissolved")

FIRST_YEAR, LAST_YEAR = 2021, 2030

INDICATORS = (
    "employment",
    "dependants",
    "nutrition",
    "health_insurance",
    "adult_education",
    "school_attendance",
    "housing_quality",
    "housing_area",
    "water_source",
    "sanitation",
    "telecom_use",
    "information_assets",
    "waste_treatment",
)
CHILD_INDICATORS = ("nutrition", "school_attendance")

EMPLOYMENT_NEEDS = ("job_search", "work_abroad", "job_placement", "local_vocational_training")
KNOWLEDGE_NEEDS = ("crop_knowledge", "livestock_knowledge", "market_knowledge", "business_knowledge")
CAUSES = (
    "no_land",
    "no_capital",
    "no_labour",
    "no_tools",
    "no_production_knowledge",
    "no_labour_skill",
    "illness_accident",
    "other",
)
ETHNICITIES = ("Kinh", "Khmer", "Hoa", "Chăm", "Mường", "Tày")

SIMULATED = "DỮ LIỆU MÔ PHỎNG"
