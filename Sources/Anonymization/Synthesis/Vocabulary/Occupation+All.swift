extension Occupation {
    static let careAndSchool: [Occupation] = [
        Occupation(
            "nurse", .healthcare,
            task: ("changing dressings and chasing lab results", "running from one thing to the next"),
            at: ("the ward", "work"), "College Degree", "Medium", 23...63),
        Occupation(
            "surgeon", .healthcare, task: ("standing over a bowel resection", "standing still and concentrating"),
            at: ("the operating theatre", "work"), "PhD", "Very High", 34...66),
        Occupation(
            "pharmacist", .healthcare,
            task: ("checking prescriptions against interactions", "double-checking other people's lists"),
            at: ("the dispensary", "work"), "College Degree", "High", 26...64),
        Occupation(
            "physiotherapist", .healthcare,
            task: ("talking people through knee exercises", "showing people the same things again and again"),
            at: ("the practice", "work"), "College Degree", "Medium", 24...62),
        Occupation(
            "paramedic", .healthcare,
            task: ("restocking the ambulance between calls", "getting things ready between calls"),
            at: ("the ambulance station", "work"), "HS Diploma", "Medium", 22...58),
        Occupation(
            "primary school teacher", .education,
            task: ("marking spelling tests from my second graders", "going through a pile of paper"),
            at: ("the staff room", "work"), "College Degree", "Medium", 24...64),
        Occupation(
            "maths teacher", .education, task: ("grading algebra exams", "going through a pile of paper"),
            at: ("the staff room", "work"), "College Degree", "Medium", 25...64),
        Occupation(
            "kindergarten teacher", .education,
            task: ("gluing paper snowflakes with twenty toddlers", "keeping a noisy crowd busy"),
            at: ("the kindergarten", "work"), "HS Diploma", "Low", 21...62),
        Occupation(
            "marine biologist", .research,
            task: ("counting polyps on reef transects", "counting small things for a project"),
            at: ("the field station", "work"), "PhD", "Medium", 29...64),
        Occupation(
            "postdoc in physics", .research,
            task: ("realigning the laser for the third time", "fixing the same set-up again"),
            at: ("the cleanroom", "work"), "PhD", "Medium", 28...40),
    ]

    static let office: [Occupation] = [
        Occupation(
            "software developer", .technology, task: ("reviewing pull requests and flaky tests", "staring at a screen"),
            at: ("the dev team", "work"), "College Degree", "High", 23...60),
        Occupation(
            "data analyst", .technology,
            task: ("cleaning someone's broken CSV exports", "tidying up other people's mess"),
            at: ("the analytics team", "work"), "College Degree", "High", 23...58),
        Occupation(
            "network technician", .technology,
            task: ("crawling under desks to patch ports", "fixing things in awkward places"),
            at: ("the server room", "work"), "HS Diploma", "Medium", 21...60),
        Occupation(
            "accountant", .finance, task: ("reconciling ledgers for year-end", "going through numbers"),
            at: ("the accounts department", "work"), "College Degree", "High", 25...65),
        Occupation(
            "insurance broker", .finance,
            task: ("explaining deductibles on the phone", "explaining the same thing on the phone"),
            at: ("the agency", "work"), "HS Diploma", "Medium", 23...64),
        Occupation(
            "tax lawyer", .law, task: ("drafting an appeal over withholding tax", "writing long letters"),
            at: ("the law firm", "work"), "PhD", "Very High", 30...66),
        Occupation(
            "paralegal", .law, task: ("numbering exhibits for a hearing", "sorting paper"),
            at: ("the courthouse", "work"), "College Degree", "Medium", 23...60),
        Occupation(
            "civil engineer", .construction,
            task: ("checking rebar drawings against the site", "comparing plans with what is there"),
            at: ("the site office", "work"), "College Degree", "High", 26...64),
        Occupation(
            "architect", .construction,
            task: ("redrawing a stairwell for the fire inspector", "redoing something for the third time"),
            at: ("the studio", "work"), "College Degree", "High", 27...66),
        Occupation(
            "HR manager", .administration,
            task: ("interviewing six candidates in a row", "talking to strangers all day"),
            at: ("the personnel department", "work"), "College Degree", "High", 28...62),
        Occupation(
            "librarian", .administration, task: ("relabelling the whole local history shelf", "relabelling things"),
            at: ("the library", "work"), "College Degree", "Medium", 26...65),
    ]

    static let hands: [Occupation] = [
        Occupation(
            "electrician", .construction,
            task: ("pulling cable through a hundred-year-old house", "working in dusty corners"),
            at: ("the building site", "work"), "HS Diploma", "Medium", 20...62),
        Occupation(
            "carpenter", .construction, task: ("planing oak for a staircase", "making things with my hands"),
            at: ("the workshop", "work"), "HS Diploma", "Medium", 19...63),
        Occupation(
            "plumber", .construction, task: ("unblocking somebody's drain", "dealing with other people's trouble"),
            at: ("the plumbing firm", "work"), "HS Diploma", "Medium", 20...62),
        Occupation(
            "chef", .hospitality,
            task: ("breaking down sixty kilos of fish before service", "getting everything ready before the rush"),
            at: ("the kitchen", "work"), "HS Diploma", "Medium", 21...58),
        Occupation(
            "barista", .hospitality,
            task: ("dialling in the grinder before opening", "getting everything ready before we open"),
            at: ("the espresso bar", "work"), "HS Diploma", "Low", 18...38),
        Occupation(
            "hotel receptionist", .hospitality,
            task: ("checking in a coach full of pensioners", "being friendly to strangers"),
            at: ("the front desk", "work"), "HS Diploma", "Low", 20...58),
        Occupation(
            "bus driver", .transport, task: ("waiting out a detour with forty people on board", "sitting in traffic"),
            at: ("the depot", "work"), "HS Diploma", "Medium", 24...64),
        Occupation(
            "truck driver", .transport, task: ("running out of hours on my tachograph", "watching the clock"),
            at: ("the loading dock", "work"), "No Highschool", "Medium", 22...64),
        Occupation(
            "dairy farmer", .agriculture, task: ("milking forty cows", "getting up before everybody else"),
            at: ("the milking parlour", "work"), "HS Diploma", "Medium", 22...68),
        Occupation(
            "supermarket cashier", .retail,
            task: ("scanning groceries for eight hours", "doing the same movement for hours"),
            at: ("the supermarket", "work"),
            "No Highschool", "Low", 18...62),
        Occupation(
            "hairdresser", .retail, task: ("fixing home-made fringes", "fixing what people did to themselves"),
            at: ("the salon", "work"), "HS Diploma", "Low", 19...60),
        Occupation(
            "violin maker", .theArts, task: ("carving a scroll for a viola", "doing slow work with a knife"),
            at: ("the workbench", "work"), "HS Diploma", "Medium", 24...70),
        Occupation(
            "theatre stage manager", .theArts,
            task: ("calling cues through two dress rehearsals", "telling people when to do what"),
            at: ("the stage door", "work"), "College Degree", "Medium", 25...60),
    ]

    static let young: [Occupation] = [
        Occupation(
            "high school student", .education, task: ("revising for the geometry final", "learning things by heart"),
            at: ("homeroom", "the usual place"), "In Highschool", "No income", 15...18),
        Occupation(
            "law student", .education, task: ("outlining torts for the midterm", "reading until my eyes hurt"),
            at: ("the lecture hall", "the usual place"), "In College", "No income", 19...26),
        Occupation(
            "nursing student", .education,
            task: ("practising injections on oranges", "practising the same thing over and over"),
            at: ("the skills lab", "the usual place"), "In College", "Low", 18...27),
        Occupation(
            "engineering student", .education,
            task: ("fighting with my thermodynamics problem set", "being stuck on the same page"),
            at: ("the lecture hall", "the usual place"), "In College", "Low", 18...27),
    ]
}
