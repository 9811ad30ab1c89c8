extension Topic {
    static let money = Topic(
        name: "money",
        openers: [
            "Budgeting apps never worked for me, a piece of paper did.",
            "Prices have gone mad and I stopped pretending otherwise.",
            "The best advice about money I ever got was to wait a week before buying anything.",
            "I used to be embarrassed to talk about what I earn.",
            "Saving isn't about discipline, it's about not seeing the money in the first place.",
            "Subscriptions are the moths of the household budget.",
        ],
        clues: [
            .stated(
                .income, ["Low", "Medium", "High", "Very High"],
                "I bring home [{amount} a year|an average pay|my pay] before taxes, so take this with the right amount of salt."
            ),
            .stated(
                .income, ["No income"],
                "I have [no income of my own|hardly any money|a plan] right now, so every purchase gets discussed."),
            .hinted(
                .income, ["Low", "No income"],
                "[By the twentieth of the month my account is empty|Money gets tight towards the end of the month|I keep an eye on the balance], every time."
            ),
            .hinted(
                .income, ["Very High"],
                "[My bonus alone would cover most people's rent for a year|I do well enough|I manage], and I still clip coupons."
            ),
            .stated(.location, "Groceries in [{city}|{area}|my city] went up by a third since I came here."),
            .hinted(
                .location, "A plate of [{food}|{foodKind}|the usual] costs nearly twice what it did, and that hurts."),
            .stated(
                .occupation, "As [{job}|somebody {inField}|an employee] you don't get rich, whatever people think."),
            .hinted(
                .occupation,
                "A colleague from [{workplace}|{workplaceKind}|work] keeps a spreadsheet for everything, and I finally copied it."
            ),
            .stated(
                .relationship, ["Married"],
                "[My {spouse} and I|We|We] keep one account for the bills and one each for nonsense."),
            .hinted(
                .relationship, ["Divorced"],
                "[The divorce taught me|Splitting things up once taught me|Experience taught me] to keep my papers in order."
            ),
            .hinted(
                .relationship, ["In Relation"],
                "[My {lover} and I split everything|I share the bills with somebody|I split some bills] by percentage, not by half, and it is fair."
            ),
            .stated(
                .age,
                "I am [{age}|in my {decade}|no longer a child] and opened my first savings plan this year, finally."),
            .hinted(
                .age, from: 35,
                "I still remember what a coffee cost [in {ageYear}|when I was young|back then], and so do my friends."),
            .hinted(
                .education, ["PhD", "College Degree"],
                "[I'm still paying back the loan for my {degree}|I'm still paying back a loan|I'm still paying something back], which puts things into perspective."
            ),
            .hinted(
                .education, ["In Highschool"],
                "[Pocket money and a weekend job after school|Pocket money and a little job|A little money on the side] is all I have to plan with."
            ),
            .stated(
                .birthplace,
                "My parents still live in [{birthCity}, {birthCountry}|{birthArea}|another country], where all of this would cost half."
            ),
            .faint(.gender, "Being the [{son}|child|one] who is asked about money at every family dinner gets old."),
        ],
        remarks: [
            "Small amounts add up faster than you think.", "I cancelled four things I didn't remember having.",
            "The envelope method sounds silly and works.", "Nobody ever got poor by packing lunch.",
            "Insurance is the one place where reading the small print pays.",
            "An emergency fund of three months lets you sleep.",
            "Comparing yourself with strangers online is the most expensive hobby.",
        ],
        closers: [
            "Start small.", "Not advice, just experience.", "How do you do it?", "", "Future me says thanks.",
            "That's all I know about it.",
        ])
}
