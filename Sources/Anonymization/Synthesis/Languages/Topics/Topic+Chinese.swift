extension Topic {
    static let chineseOffices = Topic(
        name: "办事",
        openers: [
            "跑了三个窗口，还差一个章。",
            "网站总是在最后一步卡住。",
            "今天又是跟表格打交道的一天。",
        ],
        clues: [
            .stated(.age, "出生日期那一栏我填了[{birthDate}|一个很早的日期|日期]，系统却说格式不对。"),
            .stated(.age, "我是[{birthYear}年出生的|老一辈|比较谨慎的人]，发票到现在还放在鞋盒里。"),
            .stated(.location, "[{city}|西南的大城市|这边]最近的预约要等九个星期。"),
            .stated(.occupation, "职业那一栏我写[{job}|跟人打交道的工作|老样子]，格子总是不够长。"),
            .stated(.relationship, ["Married"], "[{spouse}{friend}|家里人|有人]也得在四个地方签字。"),
            .stated(.relationship, ["Divorced"], "婚姻状况我勾[离异|靠后的一栏|一栏]，每次都要再补一份材料。"),
            .stated(.relationship, ["No relation"], "婚姻状况我勾[未婚|第一栏|一栏]，然后直接看下一题。"),
        ],
        remarks: [
            "号码从48一下子跳到了103。",
            "复印件的复印件也要一份。",
            "机器只收硬币。",
        ],
        closers: [
            "有人在网上办成过吗？",
            "慢慢等吧。",
            "",
        ])

    static let chineseNames = Topic(
        name: "名字",
        openers: [
            "咖啡店写名字全靠听。",
            "快递又写成了别人的名字。",
            "人脸我记得住，名字记不住。",
        ],
        clues: [
            .stated(.relationship, ["In Relation"], "[{lover}叫{friend}|身边有人名字少见|有些名字少见]，打电话时每次都要一个字母一个字母地说。"),
            .stated(.relationship, ["Married"], "[{spouse}{friend}|家里人|有人]在信箱上贴了正确的写法。"),
            .stated(.occupation, "我是[{job}|要见很多人的|普通上班的]，每天都要记十个新名字。"),
            .stated(.location, "在[{city}|我们这座城市|我们这儿]，每个人的念法都不一样。"),
            .stated(.age, "[到了{age}岁|到了这个年纪|时间久了]，也就不纠正了，笑笑就好。"),
            .hinted(.age, from: 30, "我上小学的[{schoolYear}年|那年|那年]，班里有五个人同名。"),
        ],
        remarks: [
            "错一个字就得退回去。",
            "快递员早就习惯了。",
            "外号也解决不了问题。",
        ],
        closers: [
            "你们的名字会被写成什么样？",
            "下次快递再说。",
            "",
        ])
}
