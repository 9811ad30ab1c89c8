extension Topic {
    static let family = Topic(
        name: "family",
        openers: [
            "Family group chats should be regulated.",
            "Nothing prepares you for explaining your job to your grandmother.",
            "We had everyone around one table, which happens about once in five years.",
            "Old recipes never have amounts, that's how they keep you close.",
            "Small talk with relatives is a sport of its own.",
        ],
        clues: [
            .stated(
                .relationship, ["Married"],
                "[My {spouse} {friend} and I|The two of us|We] had agreed to leave at nine and stayed till one."),
            .stated(
                .relationship, ["In Relation"],
                "I brought [my {lover} {friend}|my partner|company] for the first time, and the cross-examination was thorough."
            ),
            .stated(
                .relationship, ["Divorced"],
                "Since [the divorce|things changed|last year] the seating plan is a piece of diplomacy."),
            .stated(
                .relationship, ["No relation"],
                "The question why I'm [still single|on my own|so quiet] came before the soup."),
            .stated(.gender, "I'm the only [{son}|one of my kind|young one] among the cousins, so I carry the chairs."),
            .hinted(
                .gender,
                "My nieces call me [their favourite {uncle}|their favourite relative|silly], and I paid good money for that in ice cream."
            ),
            .stated(
                .birthplace,
                "All of them came from [{birthCity}|{birthArea}|far away], where I was born too, and brought food for a month."
            ),
            .hinted(
                .birthplace,
                "There was [{birthFood}|{birthFoodKind}|the usual food], of course, and nobody was allowed to help."),
            .stated(.location, "They think it's exotic that I ended up in [{city}|{area}|the place where I live]."),
            .hinted(
                .location,
                "I took them to see [{spot}|{spotKind}|the sights], and my uncle complained about the parking."),
            .stated(
                .occupation,
                "My father introduces me to everyone as [{job}|somebody {inField}|the clever one], with or without being asked."
            ),
            .hinted(.occupation, "I told my aunt about [{task}|{taskKind}|my day] and lost her after a minute."),
            .stated(.age, "They still put me at the children's table, and I am [{age}|in my {decade}|grown up]."),
            .stated(
                .education, ["PhD"],
                "My uncle keeps calling me [doctor since the defence|by my title|clever], although I can't look at his knee."
            ),
            .stated(
                .education, ["In College"], "Yes, grandma, I'm still [at {school}|studying|busy], it takes a while."),
            .hinted(
                .income, ["High", "Very High"],
                "Then somebody found out about [the {amount} I make in a year|my pay|something], and suddenly I had cousins with ideas."
            ),
        ],
        remarks: [
            "Someone always brings up the inheritance.", "The kids fell asleep under the coats.",
            "There were three desserts and one argument.",
            "You can hear them laughing before you ring the bell.", "The dog got more attention than the speeches.",
            "I still don't know who half of them were.",
        ],
        closers: [
            "Would I miss it? Terribly.", "See you in five years.", "", "How was yours?", "I need a holiday from that.",
        ])
}
