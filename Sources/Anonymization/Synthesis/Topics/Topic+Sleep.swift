extension Topic {
    static let sleep = Topic(
        name: "sleep",
        openers: [
            "I slept badly for years and the fix was embarrassingly simple.",
            "Three in the morning is the loudest hour.",
            "Doctors kept telling me it was stress, as if that helped.",
            "Put the phone in another room, that's the whole secret.",
            "My back went out while I was picking up a sock.", "I finally went to the check-up I had moved four times.",
        ],
        clues: [
            .stated(.age, "Writing [{age}|an age in my {decade}|my age] into the form felt like a mistake."),
            .hinted(
                .age, from: 31,
                "My body has been sending the bill [since I had my {decadeOrdinal} birthday|for some years|lately]."),
            .hinted(
                .gender, ["Female"], "[My gynaecologist|My doctor|A doctor] was the first who asked the right question."
            ),
            .hinted(
                .gender, ["Male"],
                "[My beard went grey|My hair went grey|I felt different] in the same year, so I may have been more worn out than I thought."
            ),
            .hinted(
                .gender, ["Female"],
                "It began [when I was pregnant|some years ago|some time ago] and never quite went away."),
            .stated(
                .relationship, ["Married"],
                "[My {spouse}|My partner|Somebody] snores like a chainsaw, so earplugs it is."),
            .hinted(
                .relationship, ["In Relation"],
                "[My {lover} and I|Two of us|I] have different alarms, which is its own kind of torture."),
            .hinted(
                .relationship, ["Divorced"],
                "[After I signed the divorce papers I slept|Then something got settled and I slept|One day I slept] through for the first time in a year."
            ),
            .hinted(
                .relationship, ["No relation"], "[Being single, I|I|I] can at least sleep across the whole mattress."),
            .stated(
                .occupation, "With the hours of [{job}|people {inField}|my job] a regular bedtime is a nice dream."),
            .hinted(.occupation, "I lie there and go through [{task}|{taskKind}|the day] all over again."),
            .stated(
                .location, "Summer nights in [{city}|{area}|town] don't cool down any more, that doesn't help either."),
            .hinted(
                .location,
                "Since I live near [{spot}|{spotKind}|the middle of town], there is always somebody singing at four."),
            .hinted(
                .education, ["In Highschool", "In College"],
                "[Exams at {school}|Exams|Deadlines] are the worst time for it."),
            .faint(
                .income, ["High", "Very High"],
                "I bought [a mattress for what others pay for a car, we can afford it|an expensive mattress|a new mattress], and it made no difference at all."
            ),
            .stated(
                .birthplace,
                "My grandmother in [{birthCity}|{birthArea}|the old house] swore by warm milk with honey, and she lived to ninety-six."
            ),
        ],
        remarks: [
            "No coffee after lunch, really none.", "A cold room does more than any tea.",
            "Ten minutes of stretching, every evening, boring and effective.",
            "Don't look up symptoms at night.", "The weekend lie-in makes Monday worse.",
            "Writing the list for tomorrow gets it out of the head.",
            "It took about three weeks before anything changed.",
        ],
        closers: [
            "Sleep well, all of you.", "Ask a professional, not me.", "", "That helped me, at least.",
            "Naps are not a crime.",
        ])
}
