extension Topic {
    static let travel = Topic(
        name: "travel",
        openers: [
            "Unpopular opinion: the best part of a trip is planning it.",
            "I pack light and still come home with things I never wore.",
            "Airports make everybody into a worse person.", "Night trains need to come back everywhere.",
            "We spent the whole holiday in one village and saw more than ever.", "Jet lag is a tax on curiosity.",
        ],
        clues: [
            .stated(.location, "Flying out of [{city}|{area}|home] always means at least one change."),
            .stated(
                .location,
                "Visitors never stay long enough: [{city}|a place like mine in {area}|my city] needs a week, not an afternoon."
            ),
            .hinted(
                .location,
                "When people visit me I show them [{spot}|{spotKind}|the sights] and then feed them until they fall asleep."
            ),
            .stated(
                .birthplace,
                "My passport says [{birthCity}|another continent|another place] as the place of birth, and every officer has a joke about it."
            ),
            .hinted(
                .birthplace, "Every trip to the family ends with a suitcase full of [{birthFood}|{birthFoodKind}|food]."
            ),
            .stated(
                .birthplace,
                "Going back to [{birthCountry}, where I was born,|{birthArea}|the family] each summer doesn't count as a holiday, whatever my boss says."
            ),
            .stated(
                .relationship, ["Married"],
                "We went there [for our honeymoon|together a while ago|once] and it rained for nine days."),
            .stated(
                .relationship, ["In Relation"],
                "[My {lover} {friend}|My partner|A friend] plans by spreadsheet and I just follow."),
            .hinted(
                .relationship, ["Divorced"],
                "It was my first trip [alone after the divorce|on my own in years|in years], and I talked to more people than in the whole year before."
            ),
            .hinted(
                .relationship, ["No relation"],
                "[I'm single, so I|Travelling alone I|I] always get the seat next to the toilet."),
            .stated(
                .occupation,
                "I get asked about it since I'm [{job}|{inField}|away from work], but we can't just leave when the flights are cheap."
            ),
            .hinted(.occupation, "Two weeks without [{task}|{taskKind}|work] and I had almost forgotten my password."),
            .stated(
                .age, from: 30,
                "I took my first flight at [{age}|an age when others have seen the world|last], this {season}, and I gripped the seat the whole way."
            ),
            .hinted(
                .age, from: 30,
                "My first big trip was [in {tripYear}, right after I turned eighteen|a long time ago, as a teenager|a long time ago], with a paper map."
            ),
            .hinted(
                .income, ["Low", "No income"],
                "Hostels it is, because [{amount} a year doesn't stretch|my money doesn't stretch|I like them]."),
            .hinted(
                .income, ["Very High"],
                "[I fly business by now|I pay for comfort by now|I travel comfortably], and the food is still bad."),
            .faint(
                .gender, ["Female"],
                "[As a woman travelling alone I|Travelling alone I|I] send a friend my location, every evening."),
        ],
        remarks: [
            "Learn ten words of the language, people notice.",
            "The tourist office is good for toilets and bad for advice.",
            "Eat where there is no menu outside.", "The museum you skip is the one everybody asks about later.",
            "A scarf is a blanket, a pillow and a bag.", "Always carry a pen for the forms.",
            "The best beach had a car park and a kiosk, nothing else.",
        ],
        closers: ["Where next?", "Already counting the days.", "", "Would go again tomorrow.", "Bring cash."])
}
