use super::Words;

/// In Portuguese.
pub(super) const WORDS: Words = Words {
    request: "Pedido",
    incident: "Incidente",
    client: ("Erro no pedido", "Não foi possível responder ao pedido."),
    server: (
        "Erro do servidor",
        "Algo correu mal do nosso lado. Tente novamente mais tarde.",
    ),
    statuses: [
        ("Pedido inválido", "Não foi possível compreender o pedido."),
        (
            "Início de sessão necessário",
            "Inicie sessão para ver esta página.",
        ),
        ("Acesso negado", "Não tem permissão para ver esta página."),
        ("Página não encontrada", "Não há nada neste endereço."),
        (
            "Método não permitido",
            "Este endereço não responde a este método.",
        ),
        (
            "Nenhum formato aceitável",
            "Este conteúdo não existe em nenhum formato que aceite.",
        ),
        (
            "Tempo do pedido esgotado",
            "O pedido demorou demasiado a chegar. Tente novamente.",
        ),
        (
            "Conflito",
            "Entretanto, outra pessoa alterou este conteúdo.",
        ),
        ("Página removida", "Esta página existiu e não voltará."),
        (
            "Comprimento necessário",
            "O pedido deve indicar o seu comprimento.",
        ),
        (
            "Condição não cumprida",
            "Este conteúdo mudou desde a última vez que o viu.",
        ),
        (
            "Pedido demasiado grande",
            "O pedido excede o tamanho aceite aqui.",
        ),
        (
            "Endereço demasiado longo",
            "O endereço excede o comprimento aceite aqui.",
        ),
        (
            "Formato não suportado",
            "O pedido está num formato que não é aceite aqui.",
        ),
        ("Parte inexistente", "A parte pedida não existe."),
        ("Servidor errado", "O pedido chegou ao servidor errado."),
        (
            "Conteúdo não processável",
            "O pedido foi compreendido, mas contém um erro.",
        ),
        (
            "Outro protocolo necessário",
            "Este endereço exige outro protocolo.",
        ),
        (
            "Condição necessária",
            "O pedido deve indicar que versão quer alterar.",
        ),
        (
            "Demasiados pedidos",
            "Foi demasiado em muito pouco tempo. Aguarde um pouco.",
        ),
        (
            "Cabeçalhos demasiado grandes",
            "Os cabeçalhos do pedido excedem o tamanho aceite aqui.",
        ),
        (
            "Indisponível por motivos legais",
            "Este conteúdo não está disponível por motivos legais.",
        ),
        (
            "Erro interno",
            "Algo correu mal do nosso lado. Tente novamente mais tarde.",
        ),
        ("Não suportado", "Esta operação não é suportada aqui."),
        (
            "Resposta inválida",
            "Um servidor por detrás deste não deu uma resposta válida. Tente novamente mais tarde.",
        ),
        (
            "Serviço indisponível",
            "Este serviço não está disponível neste momento. Tente novamente mais tarde.",
        ),
        (
            "Sem resposta",
            "Um servidor por detrás deste não respondeu a tempo. Tente novamente mais tarde.",
        ),
        (
            "Versão de HTTP não suportada",
            "Esta versão do protocolo não é suportada aqui.",
        ),
        ("Sem espaço", "Já não há espaço para guardar este conteúdo."),
    ],
};
