extension Topic {
    static let food = Topic(
        name: "food",
        openers: [
            "Cooking at home more often was the best thing I did this year.",
            "I don't get the hype about meal kits.",
            "You can tell a good kitchen by how it treats the simple dishes.",
            "Agreed on the garlic, it should always be twice what the recipe says.",
            "Question about sourdough that I was afraid to ask until now.",
            "Leftovers are underrated and I will keep saying it.",
        ],
        clues: [
            .stated(
                .location,
                "I live in [{city}|a city in {area}|a city], and the market on Saturday is where half of my groceries come from."
            ),
            .hinted(
                .location,
                "Around here everyone swears by [{food}|{foodKind}|the local dish], and after a long week I do too."),
            .hinted(
                .location,
                "There is a stall near [{spot}|{spotKind}|the centre] that does one dish only and does it right."),
            .stated(
                .birthplace,
                "I was born in [{birthCity}|a city in {birthArea}|another town], and I still measure everything against the [{birthFood}|food|food] there."
            ),
            .hinted(
                .birthplace,
                "Nobody at my table believes me that [{birthFood}|{birthFoodKind}|the dish I grew up with] can be a breakfast."
            ),
            .stated(
                .relationship, ["Married"],
                "[My {spouse} and I|The two of us at home|We] take turns, and whoever cooks never does the dishes."),
            .stated(
                .relationship, ["In Relation"],
                "[My {lover}|The person I share a kitchen with|Someone I know] puts ketchup on everything, so my standards may be low."
            ),
            .hinted(
                .relationship, ["Divorced"],
                "[Since the divorce went through I|These days I mostly|I mostly] cook for one, which took some getting used to."
            ),
            .hinted(
                .relationship, ["No relation"],
                "[I haven't shared a kitchen with anyone since I broke up with my ex|I cook for one these days|I like to cook in peace], so nobody complains when it is soup again."
            ),
            .stated(
                .occupation,
                "I work as [{job}|someone {inField}|many people do], so dinner is whatever takes fifteen minutes."),
            .hinted(
                .occupation,
                "After a day of [{task}|{taskKind}|one thing and another] I am not going to make my own pasta."),
            .stated(
                .age, "I am [{age}|in my {decade}|old enough] and only now learned how to sharpen a knife properly."),
            .faint(
                .gender,
                "My friends still find it funny that [a {man}|somebody|somebody] like me bakes three times a week."),
            .hinted(
                .income, ["No income", "Low"],
                "With [{amount} a year|what I make|my budget] I plan every meal around what is on offer."),
            .stated(
                .income, ["High", "Very High"],
                "Even on [{amount} a year|a decent salary|my budget] I think twice before paying restaurant prices for a salad."
            ),
            .hinted(
                .education, ["In Highschool", "In College"],
                "[The canteen at {school}|The canteen at my school|The canteen] made me learn how to cook, out of self-defence."
            ),
        ],
        remarks: [
            "A heavy pan solves most problems.",
            "Salt the water, taste as you go, and don't trust the cooking times on the packet.",
            "Most recipes online are a life story with a spoonful of instructions at the end.",
            "The freezer is the only reason I eat vegetables in winter.", "I burn the first pancake every single time.",
            "Good bread and good butter beat most restaurants.",
            "Half of it is just having the onions chopped before you begin.",
        ],
        closers: [
            "Anyway, that's my two cents.", "What do you all put in yours?", "I'd eat that any day.",
            "If anyone has a better trick I'm listening.", "Try it once and you won't go back.", "",
        ])
}
