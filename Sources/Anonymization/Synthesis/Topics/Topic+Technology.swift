extension Topic {
    static let technology = Topic(
        name: "technology",
        openers: [
            "My phone is six years old and does everything it should.",
            "The update moved one button and ruined my morning.",
            "I don't need my washing machine to have an account.", "Backups, people. Backups.",
            "Turned it off and on again, and of course that was it.", "Printers can smell fear.",
        ],
        clues: [
            .stated(.occupation, "I work as [{job}|someone {inField}|many do], and even I don't read the manual."),
            .hinted(.occupation, "It died while I was [{task}|{taskKind}|busy], so the timing was perfect."),
            .stated(.age, from: 50, "I'm [{age}|in my {decade}|no expert], so please explain it slowly."),
            .hinted(
                .age, from: 25,
                "My first computer was bought [in {firstComputer}, for my tenth birthday|when I was a child|a long time ago] and it's still in a box somewhere."
            ),
            .stated(.location, "Is anyone else in [{city}|{area}|the same place] without internet today?"),
            .hinted(.location, "The repair shop by [{spot}|{spotKind}|the station] wanted more than a new one costs."),
            .stated(
                .relationship, ["Married"],
                "[My {spouse}|My other half|Somebody at home] has the same model and of course theirs just works."),
            .stated(
                .relationship, ["In Relation"],
                "[My {lover} {friend}|My partner|A friend] set it up for me and now I can't change anything."),
            .hinted(
                .relationship, ["Divorced"],
                "The photos were on an account I [shared with my {ex}|once shared with somebody|no longer use], so that was a conversation."
            ),
            .faint(
                .gender,
                "The guy at the counter talked past me [because of course a {man} doesn't know about cables|for some reason|the whole time]."
            ),
            .stated(
                .income, ["Low", "Medium"],
                "For someone who earns [{amount} a year|what I earn|a normal wage] nine hundred for a phone is a joke."),
            .hinted(
                .income, ["Very High"],
                "[I could buy a new one every week|I could buy a new one|A new one would be quick], but that's not the point."
            ),
            .hinted(
                .education, ["PhD", "College Degree"],
                "[I did my {degree} on one of these|I studied with one of these|I had one of these once], back when they still had fans."
            ),
            .hinted(
                .education, ["In Highschool", "In College"],
                "My [assignment for {school}|homework|work] was on it, naturally."),
            .stated(
                .birthplace,
                "Video calls with my parents in [{birthCity}|{birthArea}|another time zone] are mostly foreheads."),
        ],
        remarks: [
            "Write the password down on paper, nobody hacks a drawer.", "If it's free, you know what the product is.",
            "The cheap cable is never the cheap option.", "A reset took two minutes after four hours of forums.",
            "Dark mode is for people who have never seen the sun.", "Batteries are the real villain.",
            "They took away the socket and called it progress.",
        ],
        closers: [
            "Any ideas?", "Thanks in advance.", "", "Solved it, leaving this here for the next person.",
            "I miss buttons.",
        ])
}
