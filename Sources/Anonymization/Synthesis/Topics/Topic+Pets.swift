extension Topic {
    static let pets = Topic(
        name: "pets",
        openers: [
            "The cat has decided that the keyboard is hers.", "Adopt the old dogs, they're the best ones.",
            "I was never a pet person, and then he followed me home.", "Vet bills should come with a chair.",
            "He is afraid of umbrellas, and only of umbrellas.",
        ],
        clues: [
            .stated(
                .location, "We walk through [{city}|a city in {area}|town] three times a day, so I know every hydrant."),
            .hinted(.location, "The best sniffing is by [{spot}|{spotKind}|the park], apparently."),
            .stated(
                .relationship, ["Married"],
                "[My {spouse}|My better half|Somebody at home] said no dogs on the sofa, and guess who sleeps there together now."
            ),
            .stated(
                .relationship, ["In Relation"], "[My {lover}|My partner|A friend] is allergic and pretends not to be."),
            .hinted(
                .relationship, ["Divorced"],
                "In the [divorce I got the dog and the toaster|split I got the dog and the toaster|end I kept the dog and the toaster], which was the better half."
            ),
            .hinted(
                .relationship, ["No relation"],
                "[I live alone, so|At home|Honestly,] he is the one I talk to in the evening."),
            .hinted(
                .occupation,
                "When I come home from [{workplace}|{workplaceKind}|wherever I was], he inspects my shoes for news."),
            .stated(
                .occupation,
                "The hours of [{job}|somebody {inField}|my job] aren't ideal for a puppy, so a neighbour helps out."),
            .stated(.age, "He is four and I'm [{age}|in my {decade}|not], so in dog years we understand each other."),
            .hinted(
                .birthplace,
                "She only listens to commands in the language of [{birthCountry}|{birthArea}|my family], because that's what I speak when I'm cross."
            ),
            .hinted(
                .income, ["Low", "Medium"],
                "The operation cost more than [a month of my {amount} a year|I make in a month|I expected], and I'd pay it again."
            ),
            .hinted(
                .education, ["In College", "In Highschool"],
                "Pets are forbidden in [the halls at {school}|student housing|the building], so officially she's a cushion."
            ),
            .faint(
                .gender,
                "People expect [a {man}|somebody|somebody] like me to have a different kind of dog, and that says more about them."
            ),
        ],
        remarks: [
            "The expensive bed is empty, the cardboard box is taken.", "Training works, mostly on the owner.",
            "She brought me half a lizard as a present.",
            "Brush before the sofa, not after.", "He snores louder than the fridge.",
            "You end up knowing all the dogs and none of the names of their people.",
        ],
        closers: [
            "Picture in the comments, of course.", "He sends his regards.", "", "Worth every hair on my trousers.",
            "Any tips?",
        ])
}
