extension Topic {
    static let outdoors = Topic(
        name: "outdoors",
        openers: [
            "Sunday walks are the only meditation that works for me.", "Got properly lost on a marked trail again.",
            "You don't need expensive boots, you need dry socks.",
            "Woke up early for the view and it was worth every minute.",
            "The forest after rain smells better than any candle.",
            "I used to think hiking was just walking with snacks, and I was right.",
        ],
        clues: [
            .stated(
                .location, "Half an hour out of [{city}|the city, here in {area},|the city] and you don't meet anyone."),
            .hinted(
                .location, "On lazy days I just do the round by [{spot}|{spotKind}|the water] and call it exercise."),
            .stated(
                .birthplace,
                "I come from [{birthCity} in {birthCountry}|{birthArea}|somewhere else], where nobody walks without a reason, so my family thinks it's a phase."
            ),
            .hinted(
                .birthplace,
                "In the backpack there is always [{birthFood}, as my mother packed it|{birthFoodKind}, as at home|something to eat]."
            ),
            .stated(
                .relationship, ["Married"],
                "[My {spouse}|My better half|My company] reads the map and I carry the water, that is the deal."),
            .stated(
                .relationship, ["In Relation"],
                "[My {lover}|The person I go with|A friend] stops at every single mushroom."),
            .hinted(
                .relationship, ["Divorced"],
                "I took it up [the summer after my divorce|after a difficult year|some time ago], when the flat was too quiet."
            ),
            .hinted(
                .relationship, ["No relation"],
                "[I go alone, there is nobody at home to ask|I mostly go alone|I go at my own pace], and honestly that's half of the pleasure."
            ),
            .stated(.age, from: 45, "At [{age}|my age|this point] my knees decide where we go."),
            .hinted(
                .age, from: 40, "I joined the hiking club [in {ageYear}|decades ago|at some point] and never left."),
            .hinted(
                .occupation,
                "After a week of [{task}|{taskKind}|everything] I need to see something that doesn't need me."),
            .stated(
                .occupation,
                "You wouldn't think [{job}|someone {inField}|somebody] gets tired of sitting, or standing, or both, but here we are."
            ),
            .faint(.gender, "Hiking solo as a [{man}|person|person] my age gets you a lot of questions at the hut."),
            .faint(
                .income, ["Low", "No income"],
                "It's also [all I can afford|cheap|simple], since the bus there costs next to nothing."),
            .hinted(
                .education, ["PhD", "College Degree"],
                "[The geology I took at university|Something I once studied|Something I read] finally came in handy when we passed those layers."
            ),
        ],
        remarks: [
            "Start early and the car park is empty.", "Take a torch, always.",
            "The last hour is when you remember why you came.",
            "Clouds make better pictures than blue sky.", "Bring twice the water and half the clothes.",
            "There was a heron standing exactly where the map said nothing would be.", "Blisters are a good teacher.",
        ],
        closers: [
            "Same again next week.", "Get out there.", "", "Pictures were rubbish, the day wasn't.",
            "Where do you go when you need quiet?",
        ])
}
