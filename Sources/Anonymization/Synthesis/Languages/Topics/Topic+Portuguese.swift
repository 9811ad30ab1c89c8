extension Topic {
    static let portugueseOffices = Topic(
        name: "burocracia",
        openers: [
            "Passei a manhã inteira na fila do cartório.",
            "O site caiu bem na última página.",
            "Mais um formulário, mais uma foto três por quatro.",
        ],
        clues: [
            .stated(
                .age,
                "Minha data de nascimento, [{birthDate}|de outra época|que eu sei de cor], saiu trocada no documento."),
            .stated(
                .age, "Nasci em [{birthYear}|outra época|um dia de chuva] e ainda guardo recibo em lata de biscoito."),
            .stated(
                .location,
                "O próximo horário livre em [{city}|uma capital do Sul|toda a região] é daqui a dois meses, às 7h20."),
            .stated(
                .occupation,
                "No campo profissão eu escrevo [{job}|qualquer coisa da área|o de sempre] e nunca cabe na linha."),
            .stated(
                .relationship, ["Married"],
                "[{spouse}, {friend}, teve|Alguém da família teve|Alguém teve] que assinar em quatro lugares."),
            .stated(
                .relationship, ["Divorced"],
                "No estado civil eu marco [divórcio|uma das últimas opções|uma opção] e sempre pedem mais uma cópia."),
            .stated(
                .relationship, ["No relation"],
                "No estado civil eu marco [a opção de quem é solteiro|a primeira opção|uma opção] e sigo em frente."),
        ],
        remarks: [
            "A senha pulou do 48 para o 103.",
            "Faltou a cópia da cópia.",
            "O caixa só aceitava moeda.",
        ],
        closers: [
            "Alguém sabe se dá para resolver pela internet?",
            "Haja paciência.",
            "",
        ])

    static let portugueseNames = Topic(
        name: "nomes",
        openers: [
            "No café escrevem o nome do jeito que ouvem.",
            "Chegou de novo uma encomenda com o nome errado.",
            "Guardo rostos, mas nomes não.",
        ],
        clues: [
            .stated(
                .relationship, ["In Relation"],
                "[{lover} se chama {friend}|Tem gente próxima com nome raro|Tem gente com nome raro] e ninguém acerta de primeira."
            ),
            .stated(
                .relationship, ["Married"],
                "[{spouse} {friend}|Alguém aqui de casa|Alguém] já desistiu de corrigir a portaria."),
            .stated(.occupation, "Trabalho como [{job}|quem atende muita gente|todo mundo] e passo o dia soletrando."),
            .stated(.location, "Aqui em [{city}|cidade grande|casa] cada um fala de um jeito."),
            .stated(.age, "Com [{age} anos|a idade|o tempo] a gente só sorri e aceita."),
            .hinted(
                .age, from: 30,
                "Na minha primeira turma [de {schoolYear}|da escola|da escola] havia cinco crianças com o mesmo nome."),
        ],
        remarks: [
            "Um til a mais e tudo volta.",
            "O carteiro já entendeu.",
            "Apelido também não resolve.",
        ],
        closers: [
            "E o de vocês, como erram?",
            "Até a próxima entrega.",
            "",
        ])
}
