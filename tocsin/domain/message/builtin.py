"""The built-in templates: what people are told where an account chose no words of its own."""

from typing import Final

from tocsin.domain.member import Locale
from tocsin.domain.message.template import Style

_ENGLISH: Final = {
    "channel": "Channel",
    "severity": "Severity",
    "progress": "Progress",
    "since": "Since",
    "responders": "Responders",
    "alerts": "Alerts",
    "open": "Open the incident",
    "ack": "Acknowledge",
    "press": "Press 1 to acknowledge.",
    "incident": "incident",
}
_CHINESE: Final = {
    "channel": "协作空间",
    "severity": "严重程度",
    "progress": "处理进度",
    "since": "触发时间",
    "responders": "处理人员",
    "alerts": "关联告警",
    "open": "查看故障",
    "ack": "认领故障",
    "press": "按 1 认领。",
    "incident": "故障",
}
_HEAD: Final = "{{fireReason .}}[{{.IncidentSeverity}}] #{{.Num}} {{toHtml .Title}}"
_FACTS: Final = """{{if .ChannelName}}@channel@: {{toHtml .ChannelName}}
{{end}}@severity@: {{.IncidentSeverity}}
@progress@: {{.Progress}}
@since@: {{date "2006-01-02 15:04:05" .StartTime}}
{{if gt .AlertCnt 1}}@alerts@: {{.AlertCnt}}
{{end}}{{if .Responders}}@responders@: {{range $i, $one := .Responders}}{{if $i}}, {{end}}\
{{toHtml $one.PersonName}}{{end}}
{{end}}{{if .Description}}{{toHtml .Description}}
{{end}}{{range $name, $value := .Labels}}{{toHtml $name}}: {{toHtml $value}}
{{end}}"""
_LINKS: Final = "[@open@]({{.DetailUrl}}) | [@ack@]({{.DetailUrl}}?ack=1)"
_SHORT: Final = "{{fireReason .}}[{{.IncidentSeverity}}] #{{.Num}} {{toHtml .Title}}"
_EMAIL: Final = """<div style="border-left:4px solid {{serverityToColor .IncidentSeverity}};\
padding-left:12px">
<p><b>{{fireReason .}}#{{.Num}} {{.Title}}</b></p>
<table cellpadding="4">
{{if .ChannelName}}<tr><th align="left">@channel@</th><td>{{.ChannelName}}</td></tr>
{{end}}<tr><th align="left">@severity@</th><td>{{colorSeverity .IncidentSeverity}}</td></tr>
<tr><th align="left">@progress@</th><td>{{.Progress}}</td></tr>
<tr><th align="left">@since@</th><td>{{date "2006-01-02 15:04:05" .StartTime}}</td></tr>
{{if gt .AlertCnt 1}}<tr><th align="left">@alerts@</th><td>{{.AlertCnt}}</td></tr>
{{end}}{{if .Responders}}<tr><th align="left">@responders@</th><td>{{range $i, $one := \
.Responders}}{{if $i}}, {{end}}{{$one.PersonName}}{{end}}</td></tr>
{{end}}{{range $name, $value := .Labels}}<tr><th align="left" valign="top">{{$name}}</th>\
<td style="white-space:pre-wrap">{{$value}}</td></tr>
{{end}}</table>
{{if .Description}}{{mdToHtml .Description}}
{{end}}<p><a href="{{.DetailUrl}}">@open@</a></p>
</div>
"""
_MARKDOWN: Final = f"**{_HEAD}**\n{_FACTS}{_LINKS}"
_PLAIN: Final = f"{_HEAD}\n{_FACTS}{{{{.DetailUrl}}}}"
_SOURCES: Final = {
    Style.EMAIL: _EMAIL,
    Style.SMS: f"{_SHORT} {{{{.DetailUrl}}}}",
    Style.VOICE: "{{.IncidentSeverity}} @incident@: {{toHtml .Title}}. @press@",
    Style.DINGTALK: _MARKDOWN,
    Style.WECOM: _MARKDOWN,
    Style.FEISHU: _PLAIN,
    Style.FEISHU_APP: _MARKDOWN,
    Style.DINGTALK_APP: _MARKDOWN,
    Style.WECOM_APP: _PLAIN,
    Style.SLACK_APP: _PLAIN,
    Style.TEAMS_APP: _MARKDOWN,
    Style.TELEGRAM: _PLAIN,
    Style.SLACK: _PLAIN,
    Style.ZOOM: _PLAIN,
}


def _spoken(source: str, words: dict[str, str]) -> str:
    for name, word in words.items():
        source = source.replace(f"@{name}@", word)
    return source


_BY_LOCALE: Final = {
    Locale.ENGLISH: {style: _spoken(text, _ENGLISH) for style, text in _SOURCES.items()},
    Locale.CHINESE: {style: _spoken(text, _CHINESE) for style, text in _SOURCES.items()},
}


def builtin(locale: str) -> dict[Style, str]:
    """The built-in template of every style, in the language of a locale."""
    return _BY_LOCALE[Locale.CHINESE if locale == Locale.CHINESE else Locale.ENGLISH]
