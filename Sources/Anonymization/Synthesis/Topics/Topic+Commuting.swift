extension Topic {
    static let commuting = Topic(
        name: "commuting",
        openers: [
            "Two delays before breakfast, that must be some kind of record.",
            "I gave up on the car last spring and haven't looked back.",
            "The worst part of any commute is the last kilometre.", "People who read on the bus have my respect.",
            "Whoever designed that interchange has never been late in their life.",
            "Cycling in the rain is fine, it's arriving that's the problem.",
        ],
        clues: [
            .stated(.location, "In [{city}|a city in {area}|my city] it is usually faster to walk than to wait."),
            .stated(.location, "I moved to [{city}|{area}|a bigger city] for work and the traffic still surprises me."),
            .hinted(
                .location,
                "My way takes me right past [{spot}|{spotKind}|a nice spot], which is the one good thing about it."),
            .hinted(
                .birthplace,
                "Where I grew up, in [{birthCity}|{birthArea}|a very different place], nobody would have stood in a queue for a bus."
            ),
            .stated(
                .occupation,
                "Being [{job}|employed {inField}|employed] means I have to be there at fixed hours, so I can't just take the next one."
            ),
            .hinted(
                .occupation,
                "When the train stands still for half an hour, everyone at [{workplace}|{workplaceKind}|the other end] has to wait for me."
            ),
            .hinted(.occupation, "I'd mind less if I hadn't spent the night before [{task}|{taskKind}|awake]."),
            .stated(
                .age, from: 25,
                "I'm [{age}|in my {decade}|no child any more] and still run for the doors like a teenager."),
            .hinted(
                .age, from: 30,
                "I have held a ticket of this network [since {ageYear}|for many years|for a while], and the announcements have not become any clearer."
            ),
            .stated(
                .relationship, ["Married"],
                "[My {spouse}|My other half|Somebody I know] takes the early train, so I at least get a report on the delays."
            ),
            .hinted(
                .relationship, ["In Relation"],
                "On Fridays I go straight to [my {lover}'s place|a different address|a different part of town], which is one change less."
            ),
            .hinted(
                .relationship, ["Divorced"],
                "Every other weekend I drive [to pick up the kids from my {ex}|to get the kids|across town], so I can't sell the car."
            ),
            .faint(
                .relationship, ["No relation"],
                "[Living by myself, I|I|I] at least don't have to explain to anyone why I'm late again."),
            .hinted(
                .income, ["No income", "Low"],
                "The monthly pass is [a tenth of the {amount} I make in a year|too much for what I earn|not cheap]."),
            .faint(
                .income, ["High", "Very High"],
                "[On {amount} a year I could afford a taxi every day|I could take a taxi|There are other ways to get there], but out of principle I don't."
            ),
            .hinted(
                .education, ["In Highschool"],
                "The [bus to my high school|school bus|early bus] is so full that you don't need to hold on."),
            .hinted(
                .education, ["In College"],
                "[My first lecture on Mondays|My first class|The first thing on Mondays] starts at eight, and the timetable knows it."
            ),
            .faint(.gender, ["Female"], "[As a woman I|I|I] plan the late trips differently, and that is a pity."),
        ],
        remarks: [
            "The app said four minutes for a quarter of an hour.", "Somebody always stands in front of the doors.",
            "Headphones are the best purchase I made in years.", "When it works, it works really well.",
            "A seat at rush hour feels like winning something.", "They promised new carriages three times already.",
            "The day they let us work from home on Fridays everything got better.",
        ],
        closers: [
            "Rant over.", "At least the coffee at the station improved.", "Anyone else, or is it just my line?",
            "One day I'll write that complaint.", "", "Safe travels, everybody.",
        ])
}
